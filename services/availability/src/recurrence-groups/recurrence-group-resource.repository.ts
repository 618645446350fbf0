import { SessionRecurrenceGroup } from '@lido/proto/lido/availability/v1/recurrence_group.ts';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { oneOf } from '@lido/runtime/resource/filters.ts';
import { siteScope } from '@lido/runtime/resource/scope.ts';
import { type ResourceSpec, stamps } from '@lido/runtime/resource/spec.ts';
import { newShopId } from '@lido/runtime/service/ids.ts';
import { namesOf } from '../sessions/resource-names.repository.ts';
import { modelChanged, sitesOfPractitioners } from '../sites/site-version.repository.ts';
import { RecurrenceGroupEntity, type RecurrenceGroupRow } from './recurrence-group.entity.ts';

/** Timetables as a resource. Their sessions are a change of the model, so that no hold is planned by what they were before. */
export const recurrenceGroups: ResourceSpec<RecurrenceGroupRow, SessionRecurrenceGroup> = {
  noun: 'recurrence group',
  entity: RecurrenceGroupEntity,
  newId: newShopId,
  scope: siteScope(),
  writable: [],
  toMessage: (row, formats) => ({
    ...row,
    ...{ practitioner: null, room: null, skipConflicts: null },
    startTime: row.startTimes[0]?.value ?? null,
    ...stamps(row, formats),
  }),
  embed: groupNames,
  filters: {
    sessionTypeId: oneOf('sessionTypeId'),
    practitionerId: oneOf('practitionerId'),
    roomId: oneOf('roomId'),
  },
  orderBy: { recurrenceStart: 'asc' },
  event: {
    saved: 'lido.availability.recurrence_group.saved',
    encode: (message) => SessionRecurrenceGroup.encode(message).finish(),
  },
  saved: (row, { em }) => tellSitesOf(em, row, null),
};

/** Gives the site of a timetable and those of its practitioner, a former one too, their next versions. */
export async function tellSitesOf(
  em: SqlEntityManager,
  { siteId, practitionerId }: RecurrenceGroupRow,
  formerPractitionerId: string | null | undefined,
): Promise<void> {
  const practitionerIds = [practitionerId, formerPractitionerId].flatMap((id) => id ?? []);
  await modelChanged(em, [siteId, ...(await sitesOfPractitioners(em, practitionerIds))]);
}

/** Who leads the sessions of timetables, and where they take place. */
async function groupNames(
  rows: RecurrenceGroupRow[],
  em: SqlEntityManager,
): Promise<(row: RecurrenceGroupRow) => Partial<SessionRecurrenceGroup>> {
  const ids = (values: (string | null | undefined)[]): string[] => [...new Set(values.flatMap((id) => id ?? []))];
  const practitioners = await namesOf(em, 'practitioners', ids(rows.map((row) => row.practitionerId)));
  const rooms = await namesOf(em, 'rooms', ids(rows.map((row) => row.roomId)));
  const named = (id: string | null | undefined, names: Map<string, string>) => {
    const name = names.get(id ?? '');
    return id && name !== undefined ? { id, name } : null;
  };
  return ({ practitionerId, roomId }) => ({
    practitioner: named(practitionerId, practitioners),
    room: named(roomId, rooms),
  });
}
