import type { EntityName } from '@mikro-orm/core';
import type { CheckAnswer, Conflict } from '@lido/proto/lido/availability/v1/check_answer.ts';
import {
  type CreateRecurrenceGroupRequest,
  type SessionRecurrenceGroup,
  type RecurrenceGroupServiceService,
  type UpdateRecurrenceGroupRequest,
} from '@lido/proto/lido/availability/v1/recurrence_group.ts';
import { notFound } from '@lido/runtime/errors/refusal.ts';
import { sees } from '@lido/runtime/grpc/principal.ts';
import type { Call, Handlers, Transaction } from '@lido/runtime/grpc/call.ts';
import { firstColumns } from '@lido/runtime/resource/create.ts';
import { list } from '@lido/runtime/resource/list.ts';
import { loadVisible, told, zonesOf } from '@lido/runtime/resource/load.ts';
import { touch } from '@lido/runtime/resource/update.ts';
import { newShopId } from '@lido/runtime/service/ids.ts';
import { localDateOf } from '@lido/runtime/time/zone.ts';
import { lockSessions, takeForSession } from '../sessions/save-session.repository.ts';
import { requirePractitionerOfSite, roomOfSite, roomUnits } from '../sessions/session-resources.repository.ts';
import type { SessionTypeRow } from '../sessions/session-type.entity.ts';
import { sessionTypes } from '../sessions/session-type.handlers.ts';
import { comingSessions, dropSessions } from './coming-sessions.repository.ts';
import { followTimetable } from './follow-timetable.repository.ts';
import { type GroupWish, groupFields, timetableOf, wishOf } from './recurrence-group.ts';
import { RecurrenceGroupEntity, type RecurrenceGroupRow } from './recurrence-group.entity.ts';
import { recurrenceGroups, tellSitesOf } from './recurrence-group-resource.repository.ts';
import { regenerate } from './regenerate.ts';
import { generatedUntil, occurrenceStarts } from './timetable.ts';

export const recurrenceGroupHandlers = {
  listRecurrenceGroups: list(recurrenceGroups),
  createSessionTypeRecurrenceGroup,
  updateSessionTypeRecurrenceGroup,
  deleteSessionTypeRecurrenceGroup,
  checkSessionTypeRecurrenceGroup,
} satisfies Handlers<typeof RecurrenceGroupServiceService>;

const entity = RecurrenceGroupEntity as EntityName<RecurrenceGroupRow>;

function createSessionTypeRecurrenceGroup(
  request: CreateRecurrenceGroupRequest,
  call: Call,
): Promise<SessionRecurrenceGroup> {
  return call.transact(async (transaction) => {
    const { em } = transaction;
    const type = await loadVisible(sessionTypes, request.parentId, call, { em, use: 'write' });
    const { zone, today } = await localToday(type, transaction, call);
    const wish = wishOf(request.group, groupFields, { current: nothing, today, newId: newShopId });
    const group = em.create(entity, {
      ...firstColumns(call),
      ...{ id: newShopId(), organisationId: type.organisationId, siteId: type.siteId, sessionTypeId: type.id },
      ...wish,
      capacity: await capacityOf(wish, undefined, type, transaction),
      generatedUntil: generatedUntil(call.clock.nowMs(), zone),
    } as never) as RecurrenceGroupRow;
    await em.flush();
    await follow(group, type, { zone, skipConflicts: request.group?.skipConflicts === true }, { transaction, call });
    return told(recurrenceGroups, group, transaction, call);
  });
}

function updateSessionTypeRecurrenceGroup(
  request: UpdateRecurrenceGroupRequest,
  call: Call,
): Promise<SessionRecurrenceGroup> {
  return call.transact(async (transaction) => {
    const skipConflicts = request.group?.skipConflicts === true;
    const { group, formerPractitionerId } = await change(request, skipConflicts, { transaction, call });
    const saved = (row: RecurrenceGroupRow) => tellSitesOf(transaction.em, row, formerPractitionerId);
    return told({ ...recurrenceGroups, saved }, group, transaction, call);
  });
}

/** Ends a dry run with what it found; nothing that it did stays. */
class DryRunDone extends Error {
  readonly conflicts: Conflict[];
  constructor(conflicts: Conflict[]) {
    super('The dry run is over.');
    this.conflicts = conflicts;
  }
}

async function checkSessionTypeRecurrenceGroup(
  request: UpdateRecurrenceGroupRequest,
  call: Call,
): Promise<CheckAnswer> {
  try {
    return await call.transact<CheckAnswer>(async (transaction) => {
      throw new DryRunDone((await change(request, true, { transaction, call })).conflicts);
    });
  } catch (error) {
    if (!(error instanceof DryRunDone)) throw error;
    return { valid: error.conflicts.length === 0, conflicts: error.conflicts };
  }
}

function deleteSessionTypeRecurrenceGroup(request: { parentId: string; id: string }, call: Call): Promise<object> {
  return call.transact(async (transaction) => {
    const { em } = transaction;
    await loadVisible(sessionTypes, request.parentId, call, { em, use: 'write', isArchivedFound: true });
    const group = await findGroup(request, transaction);
    const { sessions } = await comingSessions(em, group.id);
    const ids = sessions.filter(({ hasBookings }) => !hasBookings).map(({ id }) => id);
    await lockSessions(em, ids, { owned: [], bookingIds: [] });
    await takeForSession(em, [], ids);
    await dropSessions(em, ids, { isLeaving: false, actor: call.actor });
    group.deletedAt = new Date(call.clock.nowMs());
    touch(group, call);
    await told(recurrenceGroups, group, transaction, call);
    return {};
  });
}

interface Changing {
  transaction: Transaction;
  call: Call;
}

/** Changes a timetable and has its sessions follow, as an update does it and a check tries it. */
async function change(
  request: UpdateRecurrenceGroupRequest,
  skipConflicts: boolean,
  { transaction, call }: Changing,
): Promise<{ group: RecurrenceGroupRow; formerPractitionerId: string | null | undefined; conflicts: Conflict[] }> {
  const type = await loadVisible(sessionTypes, request.parentId, call, { em: transaction.em, use: 'write' });
  const group = await findGroup(request, transaction);
  const { zone, today } = await localToday(type, transaction, call);
  const wish = wishOf(request.group, request.updateMask ?? [], { current: group, today, newId: newShopId });
  const capacity = await capacityOf(wish, group, type, transaction);
  const { practitionerId: formerPractitionerId } = group;
  Object.assign(group, wish, { capacity, generatedUntil: generatedUntil(call.clock.nowMs(), zone) });
  touch(group, call);
  await transaction.em.flush();
  const conflicts = await follow(group, type, { zone, skipConflicts }, { transaction, call });
  return { group, formerPractitionerId, conflicts };
}

async function follow(
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
async function capacityOf(
  { practitionerId, roomId, capacity }: GroupWish,
  current: RecurrenceGroupRow | undefined,
  { siteId }: SessionTypeRow,
  { em }: Transaction,
): Promise<number> {
  if (practitionerId !== current?.practitionerId) await requirePractitionerOfSite(em, siteId, practitionerId);
  if (roomId !== current?.roomId) await roomOfSite(em, siteId, roomId);
  return capacity ?? ((await roomUnits(em, roomId)) || 1);
}

async function findGroup(
  { parentId, id }: { parentId: string; id: string },
  { em }: Transaction,
): Promise<RecurrenceGroupRow> {
  const group = await em.findOne(entity, { id, sessionTypeId: parentId, deletedAt: null });
  if (!group) throw notFound(id);
  return group as RecurrenceGroupRow;
}

async function localToday(
  { siteId }: SessionTypeRow,
  { em }: Transaction,
  call: Call,
): Promise<{ zone: string; today: string }> {
  const zone = (await zonesOf(em, [siteId])).get(siteId) ?? 'UTC';
  return { zone, today: localDateOf(call.clock.nowMs(), zone) };
}

const nothing: GroupWish = {
  ...{ name: null, practitionerId: null, roomId: null, weekdays: [], startTimes: [], capacity: null },
  ...{ recurrenceStart: '', recurrenceEnd: null },
};
