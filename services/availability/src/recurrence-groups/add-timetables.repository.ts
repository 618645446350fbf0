import type { EntityName } from '@mikro-orm/core';
import type { Conflict } from '@lido/proto/lido/availability/v1/check_answer.ts';
import type { SessionRecurrenceGroup } from '@lido/proto/lido/availability/v1/recurrence_group.ts';
import { invalid, Refusal } from '@lido/runtime/errors/refusal.ts';
import type { Call, Transaction } from '@lido/runtime/grpc/call.ts';
import { sees } from '@lido/runtime/grpc/principal.ts';
import { firstColumns } from '@lido/runtime/resource/create.ts';
import { told, zonesOf } from '@lido/runtime/resource/load.ts';
import { newShopId } from '@lido/runtime/service/ids.ts';
import { localDateOf } from '@lido/runtime/time/zone.ts';
import { requirePractitionerOfSite, roomOfSite, roomUnits } from '../sessions/session-resources.repository.ts';
import type { SessionTypeRow } from '../sessions/session-type.entity.ts';
import { comingSessions } from './coming-sessions.repository.ts';
import { followTimetable } from './follow-timetable.repository.ts';
import { type GroupWish, groupFields, timetableOf, wishOf } from './recurrence-group.ts';
import { RecurrenceGroupEntity, type RecurrenceGroupRow } from './recurrence-group.entity.ts';
import { recurrenceGroups } from './recurrence-group-resource.repository.ts';
import { regenerate } from './regenerate.ts';
import { generatedUntil, occurrenceStarts } from './timetable.ts';

/** A change of timetables. */
export interface Changing {
  transaction: Transaction;
  call: Call;
}

/** Adds a timetable to a session type, with its sessions. Whoever calls tells of it, when all is locked that a transaction needs. */
export async function addTimetable(
  type: SessionTypeRow,
  body: SessionRecurrenceGroup | null,
  { transaction, call }: Changing,
): Promise<RecurrenceGroupRow> {
  const { em } = transaction;
  const { zone, today } = await localToday(type, transaction, call);
  const wish = wishOf(body, groupFields, { current: nothing, today, newId: newShopId });
  const group = em.create(entity, {
    ...firstColumns(call),
    ...{ id: newShopId(), organisationId: type.organisationId, siteId: type.siteId, sessionTypeId: type.id },
    ...wish,
    capacity: await capacityOf(wish, undefined, type, transaction),
    generatedUntil: generatedUntil(call.clock.nowMs(), zone),
  } as never) as RecurrenceGroupRow;
  await em.flush();
  await follow(group, type, { zone, skipConflicts: body?.skipConflicts === true }, { transaction, call });
  return group;
}

/** Adds the timetables that the body of a new session type carries; what is wrong with one is refused by its place in the list. */
export async function addTimetables(
  type: SessionTypeRow,
  bodies: readonly SessionRecurrenceGroup[],
  changing: Changing,
): Promise<void> {
  const groups: RecurrenceGroupRow[] = [];
  for (const [index, body] of bodies.entries()) {
    try {
      groups.push(await addTimetable(type, body, changing));
    } catch (error) {
      if (!(error instanceof Refusal) || error.kind !== 'invalid') throw error;
      const fields = Object.entries(error.fields ?? {});
      throw invalid(
        Object.fromEntries(fields.map(([name, sentences]) => [`recurrence_groups.${index}.${name}`, sentences])),
      );
    }
  }
  for (const group of groups) await told(recurrenceGroups, group, changing.transaction, changing.call);
}

/** Makes the sessions of a timetable what it says from now on. */
export async function follow(
  group: RecurrenceGroupRow,
  type: SessionTypeRow,
  { zone, skipConflicts }: { zone: string; skipConflicts: boolean },
  { transaction: { em }, call }: Changing,
): Promise<Conflict[]> {
  const nowMs = call.clock.nowMs();
  const { sessions, cancelledStarts } = await comingSessions(em, group.id);
  const range = { zone, dateFrom: localDateOf(nowMs, zone), dateTo: group.generatedUntil };
  const starts = occurrenceStarts(timetableOf(group), range).filter((start) => start > nowMs);
  const regeneration = regenerate(sessions, starts, cancelledStarts);
  const isSeen = (siteId: string): boolean => sees(call.principal, siteId);
  return followTimetable(em, group, { regeneration, durationMinutes: type.duration, skipConflicts, isSeen });
}

/** The capacity asked for, else the room's. Checks practitioner and room, unless they are the ones it has already. */
export async function capacityOf(
  { practitionerId, roomId, capacity }: GroupWish,
  current: RecurrenceGroupRow | undefined,
  { siteId }: SessionTypeRow,
  { em }: Transaction,
): Promise<number> {
  if (practitionerId !== current?.practitionerId) await requirePractitionerOfSite(em, siteId, practitionerId);
  if (roomId !== current?.roomId) await roomOfSite(em, siteId, roomId);
  return capacity ?? ((await roomUnits(em, roomId)) || 1);
}

/** The time zone of a type’s site, and the date there. */
export async function localToday(
  { siteId }: SessionTypeRow,
  { em }: Transaction,
  call: Call,
): Promise<{ zone: string; today: string }> {
  const zone = (await zonesOf(em, [siteId])).get(siteId) ?? 'UTC';
  return { zone, today: localDateOf(call.clock.nowMs(), zone) };
}

const entity = RecurrenceGroupEntity as EntityName<RecurrenceGroupRow>;

const nothing: GroupWish = {
  ...{ name: null, practitionerId: null, roomId: null, weekdays: [], startTimes: [], capacity: null },
  ...{ recurrenceStart: '', recurrenceEnd: null },
};
