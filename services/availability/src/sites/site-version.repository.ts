import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { textArray } from '../claims/claim.repository.ts';
import type { TakenArea, TakenClaim } from '../claims/claim.ts';

/** What changed at a site with one version: its model (resources, rules, rotas, hours), or only who holds what. */
export type SiteChange =
  | { kind: 'model' }
  | { kind: 'claims'; released: string[]; taken: TakenClaim[]; takenAreas?: TakenArea[] }
  /** The same bookings stand with another expiry; null is confirmed. */
  | { kind: 'expiry'; bookingIds: string[]; expiresAtMs: number | null };

/**
 * Gives sites their next versions for one change, locked in sorted order so that two writers never wait in a circle. It is the last
 * statement of a transaction, because the versions' rows stay locked until the commit: versions are in commit order, and a reader that
 * has seen one has seen all before it.
 */
export async function nextVersions(em: SqlEntityManager, siteIds: string[], change: SiteChange): Promise<void> {
  await em.execute(`select 1 from next_site_versions(${textArray}, ?::jsonb)`, [
    JSON.stringify(siteIds),
    JSON.stringify(change),
  ]);
}

/** The sites where any of these practitioners works: what they hold at one, they lack at all. */
export async function sitesOfPractitioners(em: SqlEntityManager, practitionerIds: string[]): Promise<string[]> {
  const rows = await em.execute<{ site_id: string }[]>(
    `select unnest(sites_of_practitioners(${textArray})) as site_id`,
    [JSON.stringify(practitionerIds)],
  );
  return rows.map((row) => row.site_id);
}

/** How many versions back a site's changes are kept; a process further behind reads the site again. */
const keptVersions = 1_000;

/** Deletes the changes that are too far back for anybody to follow. */
export async function forgetChanges(em: SqlEntityManager): Promise<void> {
  await em.execute(
    `delete from site_changes c using site_versions v
     where v.site_id = c.site_id and c.version <= v.version - ${keptVersions}`,
    [],
    'run',
  );
}

/** Gives several sites their next versions for a change of their models. */
export async function modelChanged(em: SqlEntityManager, siteIds: string[]): Promise<void> {
  await nextVersions(em, siteIds, { kind: 'model' });
}

/** A site's version, and the stamp that tells it from one of the same number which a crash of the database has undone. */
export interface SiteVersion {
  version: number;
  stamp: string;
}

/** What a site has before its first change. */
export const noVersion: SiteVersion = { version: 0, stamp: '0' };

/** The current versions of sites by id; those without any change are not among them. */
export async function currentVersions(em: SqlEntityManager, siteIds: string[]): Promise<Map<string, SiteVersion>> {
  const rows = await em.execute<{ site_id: string; version: string; stamp: string }[]>(
    `select site_id, version, stamp from site_versions where site_id = any (${textArray})`,
    [JSON.stringify(siteIds)],
  );
  return new Map(rows.map(({ site_id: siteId, version, stamp }) => [siteId, { version: Number(version), stamp }]));
}

/** One change of a site, and the version that it made. */
export interface VersionedChange extends SiteVersion {
  change: SiteChange;
}

/** The changes after a version in order, or undefined where that version was undone or some changes are no longer kept. */
export async function changesSince(
  em: SqlEntityManager,
  siteId: string,
  from: SiteVersion,
  until: number,
): Promise<VersionedChange[] | undefined> {
  const rows = await em.execute<{ version: string; stamp: string; change: SiteChange }[]>(
    'select version, stamp, change from site_changes where site_id = ? and version >= ? and version <= ? order by version',
    [siteId, from.version, until],
  );
  const changes = rows.map(({ version, stamp, change }) => ({ version: Number(version), stamp, change }));
  const known = from.version === 0 ? noVersion : changes.shift();
  const isWhole = changes.length === until - from.version;
  return known && isSame(known, from) && isWhole ? changes : undefined;
}

/** Whether two versions are one. */
export function isSame(one: SiteVersion, other: SiteVersion): boolean {
  return one.version === other.version && one.stamp === other.stamp;
}
