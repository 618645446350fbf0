import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { TakenClaim } from '../claims/claim.ts';

/** What changed at a site with one version: its model (resources, rules, rotas, hours), or only who holds what. */
export type SiteChange =
  | { kind: 'model' }
  | { kind: 'claims'; released: string[]; taken: TakenClaim[] }
  /** The same bookings stand with another expiry; null is confirmed. */
  | { kind: 'expiry'; bookingIds: string[]; expiresAtMs: number | null };

const keptVersions = 1_000;

/**
 * Gives a site its next version, with what changed. It is the last statement of a transaction, because the version's row
 * stays locked until the commit: versions are in commit order, and a reader that has seen one has seen all before it.
 */
export async function nextVersion(em: SqlEntityManager, siteId: string, change: SiteChange): Promise<number> {
  const versions = await nextVersions(em, [siteId], change);
  return versions.get(siteId) ?? 0;
}

/** The next versions of several sites for one change, locked in sorted order so that two writers never wait in a circle. */
export async function nextVersions(
  em: SqlEntityManager,
  siteIds: string[],
  change: SiteChange,
): Promise<Map<string, number>> {
  const rows = await em.execute<{ site_id: string; version: string }[]>(
    `select site_id, version from next_site_versions(array(select jsonb_array_elements_text(?::jsonb))::varchar[], ?::jsonb)`,
    [JSON.stringify(siteIds), JSON.stringify(change)],
  );
  const versions = new Map(rows.map((row) => [row.site_id, Number(row.version)]));
  for (const [siteId, version] of versions) {
    if (version % keptVersions === 0) {
      await em.execute(
        'delete from site_changes where site_id = ? and version <= ?',
        [siteId, version - keptVersions],
        'run',
      );
    }
  }
  return versions;
}

/** The sites where any of these practitioners works: what they hold at one, they lack at all. */
export async function sitesOfPractitioners(em: SqlEntityManager, practitionerIds: string[]): Promise<string[]> {
  if (practitionerIds.length === 0) return [];
  const rows = await em.execute<{ site_id: string }[]>(
    `select distinct unnest(site_ids) as site_id from practitioners where id in (select jsonb_array_elements_text(?::jsonb))`,
    [JSON.stringify(practitionerIds)],
  );
  return rows.map((row) => row.site_id);
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
