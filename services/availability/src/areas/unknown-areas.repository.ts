import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { FieldErrors } from '@lido/runtime/errors/refusal.ts';
import { BookableAreaEntity } from './bookable-area.entity.ts';

/** The listed areas that the site does not have: a type must not point at nothing. */
export async function unknownAreas(
  em: SqlEntityManager,
  { organisationId, siteId, areaIds }: { organisationId: string; siteId: string; areaIds: string[] },
): Promise<FieldErrors> {
  if (areaIds.length === 0) return {};
  const where = { id: { $in: areaIds }, organisationId, siteId, deletedAt: null };
  const known = new Set((await em.find(BookableAreaEntity, where, { disableIdentityMap: true })).map(({ id }) => id));
  const unknown = areaIds.filter((id) => !known.has(id));
  return unknown.length === 0 ? {} : { area_ids: unknown.map((id) => `There is no ${id} here.`) };
}
