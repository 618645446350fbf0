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

/** A site's current version; 0 before its first change. */
export async function currentVersion(em: SqlEntityManager, siteId: string): Promise<number> {
  const [row] = await em.execute<{ version: string }[]>('select version from site_versions where site_id = ?', [
    siteId,
  ]);
  return Number(row?.version ?? 0);
}

/** The changes after a version in order, or undefined where some are no longer kept. */
export async function changesSince(
  em: SqlEntityManager,
  siteId: string,
  version: number,
  until: number,
): Promise<SiteChange[] | undefined> {
  const rows = await em.execute<{ change: SiteChange }[]>(
    'select change from site_changes where site_id = ? and version > ? and version <= ? order by version',
    [siteId, version, until],
  );
  return rows.length === until - version ? rows.map((row) => row.change) : undefined;
}
