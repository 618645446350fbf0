import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { stateConflict } from '@lido/runtime/errors/refusal.ts';
import type { RefuseWhileNeeded } from '@lido/runtime/resource/remove.ts';
import { modelChanged } from '../sites/site-version.repository.ts';
import type { AppointmentTagRow } from './appointment-tag.entity.ts';
import type { CategoryRow } from './category.entity.ts';

/** Where the ids of categories, tags and zones stand, with the sites of each row. */
const categorised = [
  { table: 'appointment_types', column: 'category_ids', sites: 'site_ids' },
  { table: 'area_booking_types', column: 'category_ids', sites: 'array[site_id]' },
  { table: 'packages', column: 'category_ids', sites: 'array[site_id]' },
  { table: 'session_types', column: 'category_ids', sites: 'array[site_id]' },
] as const;
const tagged = [
  { table: 'appointment_types', column: 'tag_ids', sites: 'site_ids' },
  { table: 'practitioners', column: 'tag_ids', sites: 'site_ids' },
  { table: 'rooms', column: 'tag_ids', sites: 'array[site_id]' },
] as const;
/** What can be in zones. */
export const zoned = [
  { table: 'bookable_areas', column: 'zone_ids', sites: 'array[site_id]' },
  { table: 'practitioners', column: 'zone_ids', sites: 'site_ids' },
  { table: 'rooms', column: 'zone_ids', sites: 'array[site_id]' },
] as const;

/** Takes a removed category out of everything that is in it. */
export function detachCategory(em: SqlEntityManager, categoryId: string): Promise<void> {
  return detach(em, categorised, categoryId);
}

/** Takes a removed tag off everything that carries it. */
export function detachTag(em: SqlEntityManager, tagId: string): Promise<void> {
  return detach(em, tagged, tagId);
}

/** Takes whatever was in a removed zone out of it. */
export function detachZone(em: SqlEntityManager, zoneId: string): Promise<void> {
  return detach(em, zoned, zoneId);
}

async function detach(
  em: SqlEntityManager,
  places: readonly { table: string; column: string; sites: string }[],
  id: string,
): Promise<void> {
  const siteIds = new Set<string>();
  for (const { table, column, sites } of places) {
    const rows = await em.execute<{ site_ids: string[] }[]>(
      `update ${table} set ${column} = array_remove(${column}, ?), version = version + 1 where ? = any(${column}) returning ${sites} as site_ids`,
      [id, id],
    );
    for (const row of rows) for (const siteId of row.site_ids) siteIds.add(siteId);
  }
  if (siteIds.size > 0) await modelChanged(em, [...siteIds]);
}

/** Without its last tag, a practitioner or room would be open to everything it was kept from; so such a tag stays. */
export const refuseWhileTagLimits: RefuseWhileNeeded<AppointmentTagRow> = ({ id }, { em }) =>
  refuseWhileLimiting(
    em,
    `select name from practitioners where ? = any(can_offer_tags) and deleted_at is null
     union all select name from rooms where ? = any(suitable_for_tags) and deleted_at is null`,
    { values: [id, id], noun: 'tag', reason: 'tag_limits' },
  );

/** Without the category, its practitioners would be offered for what a restriction keeps them from; so it stays as well. */
export const refuseWhileCategoryLimits: RefuseWhileNeeded<CategoryRow> = ({ id }, { em }) =>
  refuseWhileLimiting(
    em,
    `select distinct p.name from appointment_restrictions r join practitioners p on p.id = r.parent_id
     where ? = any(r.category_ids) and r.deleted_at is null and p.deleted_at is null`,
    { values: [id], noun: 'category', reason: 'category_limits' },
  );

async function refuseWhileLimiting(
  em: SqlEntityManager,
  limitedNames: string,
  { values, noun, reason }: { values: string[]; noun: string; reason: string },
): Promise<void> {
  const limited = await em.execute<{ name: string }[]>(`${limitedNames} order by name limit 3`, values);
  if (limited.length === 0) return;
  const names = limited.map(({ name }) => name).join(', ');
  throw stateConflict(reason, `What ${names} can be booked for depends on this ${noun}. Please change that first.`);
}
