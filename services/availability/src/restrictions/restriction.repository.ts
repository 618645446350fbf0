import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { AppointmentRestriction } from '@lido/proto/lido/availability/v1/appointment_restriction.ts';
import { childList } from '@lido/runtime/resource/child-list.ts';
import type { ChildRows } from '@lido/runtime/resource/children-of.ts';
import type { ChildList } from '@lido/runtime/resource/spec.ts';
import { newShopId } from '@lido/runtime/service/ids.ts';
import { AppointmentTypeEntity } from '../appointments/appointment-type.entity.ts';
import { offeringEmbeds } from '../offerings/offering-embeds.repository.ts';
import { unknownReferences } from '../offerings/unknown-references.repository.ts';
import type { PractitionerRow } from '../practitioners/practitioner.entity.ts';
import { restrictionErrors, toRestriction } from './restriction.ts';
import { restrictionColumns, RestrictionEntity, type RestrictionRow } from './restriction.entity.ts';

/** The restrictions of a practitioner. */
export const restrictionRows: ChildRows<RestrictionRow, AppointmentRestriction, PractitionerRow> = {
  entity: RestrictionEntity,
  newId: newShopId,
  writable: restrictionColumns,
  defaults: { appointmentTypeIds: [], categoryIds: [] },
  toMessage: toRestriction,
  embed: restrictionEmbeds,
  check: async (row, _parent, em) => ({
    ...restrictionErrors(row),
    ...(await unknownReferences(em, row.organisationId, {
      appointment_type_ids: row.appointmentTypeIds,
      category_ids: row.categoryIds,
    })),
  }),
};

/** The restrictions that a practitioner's own body may carry. */
export const restrictionList: ChildList<PractitionerRow> = childList(
  'appointment_restrictions',
  'appointmentRestrictions',
  restrictionRows,
);

/** The live restrictions of practitioners by their ids, the oldest first. */
export async function restrictionsOf(
  em: SqlEntityManager,
  practitionerIds: string[],
): Promise<Map<string, RestrictionRow[]>> {
  const where = { parentId: { $in: practitionerIds }, deletedAt: null };
  const options = { orderBy: { createdAt: 'asc', id: 'asc' }, disableIdentityMap: true } as const;
  return Map.groupBy(await em.find(RestrictionEntity, where, options), ({ parentId }) => parentId);
}

/** The names of what restrictions apply to. */
export async function restrictionEmbeds(
  rows: RestrictionRow[],
  em: SqlEntityManager,
): Promise<(row: RestrictionRow) => Pick<AppointmentRestriction, 'appointmentTypes' | 'categories'>> {
  const embedsOf = await offeringEmbeds(em, rows);
  const ids = [...new Set(rows.flatMap(({ appointmentTypeIds }) => appointmentTypeIds))];
  const options = { fields: ['id', 'name'], disableIdentityMap: true } as const;
  const types = ids.length === 0 ? [] : await em.find(AppointmentTypeEntity, { id: { $in: ids } }, options);
  const names = new Map(types.map(({ id, name }) => [id, { id, name }]));
  return (row) => ({
    categories: embedsOf(row).categories,
    appointmentTypes: row.appointmentTypeIds.flatMap((id) => names.get(id) ?? []),
  });
}

/** The restrictions of practitioners as clients see them with their practitioner. */
export async function restrictionMessages(
  practitionerIds: string[],
  em: SqlEntityManager,
): Promise<(practitionerId: string) => AppointmentRestriction[]> {
  const restrictions = await restrictionsOf(em, practitionerIds);
  const embedsOf = await restrictionEmbeds([...restrictions.values()].flat(), em);
  return (id) => (restrictions.get(id) ?? []).map((row) => ({ ...toRestriction(row), ...embedsOf(row) }));
}
