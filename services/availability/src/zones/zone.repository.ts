import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { Zone } from '@lido/proto/lido/availability/v1/zone.ts';
import type { FieldErrors } from '@lido/runtime/errors/refusal.ts';
import { lookUp } from '@lido/runtime/resource/look-up.ts';
import { zoned } from '../catalogue/detach.repository.ts';
import { textArray } from '../claims/claim.repository.ts';
import { ZoneEntity } from './zone.entity.ts';
import { zones } from './zone.handlers.ts';

/** Fetches the zones of rows that are in any, with one query for all of them. */
export async function zonesOf<Row extends { zoneIds: string[] }>(
  em: SqlEntityManager,
  rows: readonly Row[],
): Promise<(row: Row) => { zones: Zone[] }> {
  const zonesByIds = await lookUp(
    zones,
    em,
    rows.flatMap((row) => row.zoneIds),
  );
  return ({ zoneIds }) => ({ zones: zonesByIds(zoneIds) });
}

/** The zones of each thing of a site that is in any. */
export async function zoneIdsOf(em: SqlEntityManager, siteId: string): Promise<Map<string, string[]>> {
  const selects = zoned.map(
    ({ table, column, sites }) => `select id, ${column} as zones from ${table} where ? = any (${sites})`,
  );
  const rows = await em.execute<{ id: string; zones: string[] }[]>(
    selects.join(' union all '),
    selects.map(() => siteId),
  );
  return new Map(rows.map(({ id, zones }) => [id, zones]));
}

/** The ids of whatever is in any of the zones. */
export async function idsInZones(em: SqlEntityManager, zoneIds: readonly string[]): Promise<Set<string>> {
  const selects = zoned.map(({ table, column }) => `select id from ${table} where ${column} && ${textArray}::text[]`);
  const rows = await em.execute<{ id: string }[]>(
    selects.join(' union all '),
    selects.map(() => JSON.stringify(zoneIds)),
  );
  return new Set(rows.map(({ id }) => id));
}

/** The zones that a row names but none of its sites has. */
export async function unknownZones(
  em: SqlEntityManager,
  zoneIds: readonly string[],
  siteIds: readonly string[],
): Promise<FieldErrors> {
  if (zoneIds.length === 0) return {};
  const where = { id: { $in: [...zoneIds] }, siteId: { $in: [...siteIds] }, deletedAt: null };
  const known = new Set((await em.find(ZoneEntity, where)).map(({ id }) => id));
  const unknown = zoneIds.filter((id) => !known.has(id));
  return unknown.length === 0 ? {} : { zone_ids: unknown.map((id) => `There is no ${id} here.`) };
}
