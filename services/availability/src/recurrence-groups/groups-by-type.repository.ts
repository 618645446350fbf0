import type { EntityName } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { SessionRecurrenceGroup } from '@lido/proto/lido/availability/v1/recurrence_group.ts';
import { toMessages } from '@lido/runtime/resource/load.ts';
import { RecurrenceGroupEntity, type RecurrenceGroupRow } from './recurrence-group.entity.ts';
import { recurrenceGroups } from './recurrence-group-resource.repository.ts';

/** The live timetables of session types, by the type's id, in the order of their first dates. */
export async function groupsByType(
  em: SqlEntityManager,
  types: readonly { id: string }[],
): Promise<Map<string, SessionRecurrenceGroup[]>> {
  const rows = (await em.find(
    RecurrenceGroupEntity as EntityName<RecurrenceGroupRow>,
    { sessionTypeId: { $in: types.map(({ id }) => id) }, deletedAt: null },
    { orderBy: { recurrenceStart: 'asc', id: 'asc' }, disableIdentityMap: true },
  )) as RecurrenceGroupRow[];
  return Map.groupBy(await toMessages(recurrenceGroups, rows, em), ({ sessionTypeId }) => sessionTypeId);
}
