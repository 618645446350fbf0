import { LockMode } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { Trigger } from '@lido/proto/lido/checkin/v1/action.ts';
import type { BookableCheckin } from '@lido/proto/lido/checkin/v1/bookable_checkin.ts';
import { notFound, Refusal } from '@lido/runtime/errors/refusal.ts';
import { writeEvent } from '@lido/runtime/events/outbox.ts';
import type { Transaction } from '@lido/runtime/grpc/call.ts';
import { newUuid } from '@lido/runtime/service/ids.ts';
import type { LinkedBooking, Occasion } from '../actions/occasion.ts';
import { findKnownCustomers, type KnownCustomer } from '../projections/known.repository.ts';
import type { VisitTransaction } from '../visits/visit.repository.ts';
import { noteArrival, noteDeparture, takeBackNoted } from './arrival.repository.ts';
import { bookableWords, type CheckinTimes, toBookableCheckin, triggersOfChange } from './bookable-checkin.ts';
import { BookableCheckinEntity, type BookableCheckinRow } from './bookable-checkin.entity.ts';
import { findLinkedBooking, linkBooking } from './linked-booking.repository.ts';
import { arrivalEvent, attendanceEvent, checkinOccasion } from './presence-events.ts';
import type { Doer, NewPresence, PresenceParts, Transact } from './presences.ts';

/** A transaction in the name of whoever does something. */
export function transactionOf({ db, onCommit }: Pick<PresenceParts, 'db' | 'onCommit'>, doer: Doer): Transact {
  return async (work) => {
    const answer = await db.transaction(async (em) => {
      const made = await work({ em, emit: (event) => writeEvent(em, event, doer) });
      await em.flush();
      return made;
    });
    onCommit();
    return answer;
  };
}

/**
 * Makes a check-in. One that has arrived is made first and then changed, as two requests would: an action that refuses the change takes
 * back the whole. `transact` runs the first step; where that was done before, the answer is what has become of it.
 */
export async function registerPresence(
  wanted: NewPresence,
  doer: Doer,
  parts: PresenceParts,
  transact: Transact = transactionOf(parts, doer),
): Promise<BookableCheckin> {
  const { triggers, db } = parts;
  const made = await transact((transaction) => insert(wanted, { doer, parts, transaction }));
  triggers.wake();
  if (!wanted.checkIn) return made;
  const row = await db.fork().findOne(BookableCheckinEntity, { id: made.id, deletedAt: null });
  if (!row) throw new Refusal('state_conflict', 'refused_by_action', 'This check-in was refused.');
  if (row.hasArrived) return toBookableCheckin(row);
  try {
    return await changePresence(row, { ...timesOf(row), checkIn: wanted.checkIn }, doer, parts);
  } catch (error) {
    const arrived = await takeBack(row, doer, parts);
    if (arrived) return toBookableCheckin(arrived);
    throw error;
  }
}

/** Removes a check-in whose arrival was refused; answers it where a repetition of the same request has brought it in meanwhile. */
async function takeBack(
  { id }: BookableCheckinRow,
  doer: Doer,
  parts: PresenceParts,
): Promise<BookableCheckinRow | undefined> {
  const row = await parts.db.fork().findOne(BookableCheckinEntity, { id, deletedAt: null });
  if (row?.hasArrived) return row;
  if (row) await removePresence(row, doer, parts);
  return undefined;
}

async function insert(
  wanted: NewPresence,
  { doer, parts, transaction }: { doer: Doer; parts: PresenceParts; transaction: Transaction },
): Promise<BookableCheckin> {
  const { em, emit } = transaction;
  const { bookable, booking } = wanted;
  const now = new Date(parts.clock.nowMs());
  const row = em.create(BookableCheckinEntity, {
    ...{ id: newUuid(), organisationId: doer.organisationId, version: 1 },
    ...{ createdAt: now, createdBy: doer.actor, updatedAt: now, updatedBy: doer.actor },
    ...{ siteId: bookable.siteId, objectId: bookable.id, objectName: bookable.name },
    objectKind: bookableWords[bookable.kind] ?? 'room',
    ...{ startsAt: wanted.startsAt, endsAt: wanted.endsAt, type: wanted.type, ownerId: wanted.ownerId },
    ...{ checkIn: null, checkOut: null, hasArrived: false, hasLeft: false, visitId: null },
  });
  await em.flush();
  const linked = booking ?? null;
  if (linked) await linkBooking(em, row.id, linked);
  await emit(attendanceEvent('saved', row, linked));
  await parts.triggers.fire(occasionOf('TRIGGER_CHECKIN_CREATED', row, { booking: linked, doer, parts }), em);
  return toBookableCheckin(row);
}

/**
 * Changes a check-in that has been loaded before, unless an action refuses it: what was fired earlier runs first, then checkout_started
 * asks the actions, and only then is anything written. Refused too where somebody else has changed it meanwhile.
 */
export async function changePresence(
  row: BookableCheckinRow,
  times: CheckinTimes,
  doer: Doer,
  parts: PresenceParts,
): Promise<BookableCheckin> {
  const { triggers } = parts;
  const sinceMs = performance.now();
  await triggers.settle(row.id);
  const booking = await findLinkedBooking(parts.db.fork(), row.id);
  const planned = { ...row, ...times };
  const isDeparture = !row.checkOut && times.checkOut !== null;
  await triggers.ask(occasionOf('TRIGGER_CHECKOUT_STARTED', planned, { booking, isDeparture, doer, parts }), sinceMs);
  const answer = await transactionOf(
    parts,
    doer,
  )(async (transaction) => {
    const { em, emit } = transaction;
    const current = await lock(em, row);
    const fired = triggersOfChange(current, times);
    const isFirstArrival = fired.includes('TRIGGER_CHECKIN_STARTED');
    const before = timesOf(current);
    Object.assign(current, times, {
      hasArrived: current.hasArrived || isFirstArrival,
      hasLeft: current.hasLeft || times.checkOut !== null,
      updatedAt: new Date(parts.clock.nowMs()),
      updatedBy: doer.actor,
    });
    await followVisit(current, before, visitTransaction(transaction, doer, parts));
    await em.flush();
    await emit(attendanceEvent('saved', current, booking));
    if (booking && isFirstArrival && current.checkIn) {
      await emit(arrivalEvent(booking, { ...current, at: current.checkIn }));
    }
    for (const trigger of fired)
      await triggers.fire(occasionOf(trigger, current, { booking, isDeparture, doer, parts }), em);
    return toBookableCheckin(current);
  });
  triggers.wake();
  return answer;
}

/** Removes a check-in and answers it as it was. A visit that it began ends. */
export async function removePresence(
  row: BookableCheckinRow,
  doer: Doer,
  parts: PresenceParts,
): Promise<BookableCheckin> {
  const { triggers } = parts;
  const answer = await transactionOf(
    parts,
    doer,
  )(async (transaction) => {
    const { em, emit } = transaction;
    const current = await lock(em, row);
    const booking = await findLinkedBooking(em, current.id);
    const now = new Date(parts.clock.nowMs());
    const shown = toBookableCheckin(current);
    Object.assign(current, { deletedAt: now, updatedAt: now, updatedBy: doer.actor });
    if (current.visitId) {
      const customer = await ownerOf(em, current);
      await noteDeparture(current.visitId, now, customer, visitTransaction(transaction, doer, parts));
    }
    await em.flush();
    await emit(attendanceEvent('deleted', current, booking));
    await triggers.fire(occasionOf('TRIGGER_CHECKIN_DELETED', current, { booking, doer, parts }), em);
    return shown;
  });
  triggers.wake();
  return answer;
}

/** The times of a check-in as they are. */
export function timesOf({ startsAt, endsAt, checkIn, checkOut, type }: BookableCheckinRow): CheckinTimes {
  return { startsAt, endsAt, checkIn, checkOut, type };
}

async function lock(em: SqlEntityManager, { id, version }: BookableCheckinRow): Promise<BookableCheckinRow> {
  const where = { id, deletedAt: null };
  const current = await em.findOne(BookableCheckinEntity, where, { lockMode: LockMode.PESSIMISTIC_WRITE });
  if (!current) throw notFound(id);
  if (current.version === version) return current;
  const sentence = 'Somebody else changed this check-in at the same moment. Please read it again.';
  throw new Refusal('concurrent_change', 'concurrent_change', sentence);
}

/**
 * Whoever is present at a bookable is at its site; a check-in that made the visit ends it. What it says no more, or says of another time,
 * is taken back, but by nobody for themselves: the visit may be one of a number.
 */
async function followVisit(
  row: BookableCheckinRow,
  before: CheckinTimes,
  transaction: VisitTransaction,
): Promise<void> {
  const customer = await ownerOf(transaction.em, row);
  if (!customer) return;
  const isOwnWord = transaction.origin.actor === `customer:${customer.id}`;
  const isArrival = isAnother(row.checkIn, before.checkIn);
  if (row.visitId && !isOwnWord && (isArrival || isAnother(row.checkOut, before.checkOut))) {
    await takeBackNoted(row.visitId, isArrival ? 'arrival' : 'departure', customer, transaction);
    if (isArrival) row.visitId = null;
  }
  if (row.checkIn && isArrival && !row.visitId) {
    const method = { id: 'bookable_checkin', name: row.objectName };
    const { organisationId, siteId, checkIn: at } = row;
    row.visitId = await noteArrival({ organisationId, siteId, customer, at, method, isOwnWord }, transaction);
  }
  if (row.checkOut && row.visitId) await noteDeparture(row.visitId, row.checkOut, customer, transaction);
}

function isAnother(after: Date | null | undefined, before: Date | null | undefined): boolean {
  return after?.getTime() !== before?.getTime();
}

async function ownerOf(em: SqlEntityManager, row: BookableCheckinRow): Promise<KnownCustomer | undefined> {
  if (!row.ownerId) return undefined;
  return (await findKnownCustomers(em, row.organisationId, [row.ownerId])).get(row.ownerId);
}

function visitTransaction({ em }: Transaction, origin: Doer, parts: PresenceParts): VisitTransaction {
  return { em, origin, nowMs: parts.clock.nowMs() };
}

function occasionOf(
  trigger: Trigger,
  row: BookableCheckinRow,
  {
    booking,
    doer,
    parts,
    isDeparture = false,
  }: { booking: LinkedBooking | null; doer: Doer; parts: PresenceParts; isDeparture?: boolean },
): Occasion {
  const [atMs, activityId] = [parts.clock.nowMs(), newUuid()];
  return checkinOccasion(trigger, row, { booking, isDeparture, doer, atMs, activityId });
}
