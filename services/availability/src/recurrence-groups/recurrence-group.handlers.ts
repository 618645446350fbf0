import type { EntityName } from '@mikro-orm/core';
import type { CheckAnswer, Conflict } from '@lido/proto/lido/availability/v1/check_answer.ts';
import {
  type CreateRecurrenceGroupRequest,
  type SessionRecurrenceGroup,
  type RecurrenceGroupServiceService,
  type UpdateRecurrenceGroupRequest,
} from '@lido/proto/lido/availability/v1/recurrence_group.ts';
import { notFound } from '@lido/runtime/errors/refusal.ts';
import type { Call, Handlers, Transaction } from '@lido/runtime/grpc/call.ts';
import { list } from '@lido/runtime/resource/list.ts';
import { loadVisible, told } from '@lido/runtime/resource/load.ts';
import { touch } from '@lido/runtime/resource/update.ts';
import { newShopId } from '@lido/runtime/service/ids.ts';
import { lockSessions, takeForSession } from '../sessions/save-session.repository.ts';
import { sessionTypes } from '../sessions/session-type.handlers.ts';
import { comingSessions, dropSessions } from './coming-sessions.repository.ts';
import { addTimetable, type Changing, capacityOf, follow, localToday } from './add-timetables.repository.ts';
import { wishOf } from './recurrence-group.ts';
import { RecurrenceGroupEntity, type RecurrenceGroupRow } from './recurrence-group.entity.ts';
import { recurrenceGroups, tellSitesOf } from './recurrence-group-resource.repository.ts';
import { generatedUntil } from './timetable.ts';

export const recurrenceGroupHandlers = {
  listRecurrenceGroups: list(recurrenceGroups),
  createSessionTypeRecurrenceGroup,
  updateSessionTypeRecurrenceGroup,
  deleteSessionTypeRecurrenceGroup,
  checkSessionTypeRecurrenceGroup,
} satisfies Handlers<typeof RecurrenceGroupServiceService>;

const entity = RecurrenceGroupEntity as EntityName<RecurrenceGroupRow>;

function createSessionTypeRecurrenceGroup(
  { parentId, group }: CreateRecurrenceGroupRequest,
  call: Call,
): Promise<SessionRecurrenceGroup> {
  return call.transact(async (transaction) => {
    const type = await loadVisible(sessionTypes, parentId, call, { em: transaction.em, use: 'write' });
    const row = await addTimetable(type, group, { transaction, call });
    return told(recurrenceGroups, row, transaction, call);
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

async function findGroup(
  { parentId, id }: { parentId: string; id: string },
  { em }: Transaction,
): Promise<RecurrenceGroupRow> {
  const group = await em.findOne(entity, { id, sessionTypeId: parentId, deletedAt: null });
  if (!group) throw notFound(id);
  return group as RecurrenceGroupRow;
}
