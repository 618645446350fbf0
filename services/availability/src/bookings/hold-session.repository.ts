import type { EntityName } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { invalid, stateConflict } from '@lido/runtime/errors/refusal.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import { takeClaims } from '../claims/claim.repository.ts';
import type { TakenClaim, WantedClaim } from '../claims/claim.ts';
import { activeMemberships } from '../offerings/memberships.client.ts';
import { rulesByParent } from '../offerings/rule.repository.ts';
import { SessionEntity, type SessionRow } from '../sessions/session.entity.ts';
import { lockSession, seatsTaken, takeSeats } from '../sessions/session.repository.ts';
import { judgeSession } from '../sessions/session-question.ts';
import { sessionMessage } from '../sessions/session-state.ts';
import type { SessionTypeRow } from '../sessions/session-type.entity.ts';
import { toPriceRule } from '../sites/site-model.ts';
import { nextVersions } from '../sites/site-version.repository.ts';
import { type Booking, bookingsOfItems, saveBooking } from './booking.repository.ts';
import { alreadyTaken, type HoldOrder, type OfferedItem } from './hold-order.ts';
import type { BookingParts } from './parts.ts';
import { startOf } from './plan-items.ts';

/** Holds places in a session: its row is locked while they are counted, and its guests' time is claimed. */
export async function holdSession(
  parts: BookingParts,
  order: HoldOrder,
  { item, offering }: OfferedItem,
  call: Call,
): Promise<Booking> {
  const type = offering.row as SessionTypeRow;
  const memberships = await activeMemberships(parts, order, [{ item, offering }], call);
  return parts.db.transaction(async (em) => {
    const session = await findSession(em, item, type, order);
    await lockSession(em, session.id);
    const known = (await bookingsOfItems(em, [item.itemId])).get(item.itemId);
    if (known && known.orderId !== order.orderId) throw invalid({ item_id: ['This item belongs to another order.'] });
    const taken = (await seatsTaken(em, [session.id], { bookingId: known?.id ?? null })).get(session.id);
    const priceRules = (await rulesByParent(em, [type.id])).prices(type.id).map(toPriceRule);
    const facts = { session, type, priceRules, taken, zone: order.site.timezone };
    const { reason, price } = judgeSession(facts, item.guests, { nowMs: order.nowMs, memberships });
    if (reason === 'session_full') throw alreadyTaken(sessionMessage(reason), [reason], [], order.site.timezone);
    if (reason !== null) throw invalid({ time: [sessionMessage(reason)] });
    const booking: Booking = {
      id: item.itemId,
      organisationId: order.site.organisationId,
      siteId: order.site.id,
      orderId: order.orderId,
      itemId: item.itemId,
      customerId: order.customerId,
      offeringType: item.offeringType,
      offeringId: item.offeringId,
      sessionId: session.id,
      startsAtMs: session.startTime.getTime(),
      endsAtMs: session.endTime.getTime(),
      guests: item.guests,
      status: 'held',
      expiresAtMs: order.expiresAtMs,
      priceMinor: (price ?? 0) * item.guests,
      request: item,
      resources: { offeringName: type.name, practitioners: [], room: null, equipment: [] },
      createdAtMs: known?.createdAtMs ?? order.nowMs,
      updatedAtMs: order.nowMs,
    };
    await keep(em, booking, known);
    return booking;
  });
}

async function findSession(
  em: SqlEntityManager,
  item: OfferedItem['item'],
  type: SessionTypeRow,
  order: HoldOrder,
): Promise<SessionRow> {
  const startMs = startOf(item);
  const where = item.sessionId ? { id: item.sessionId } : { startTime: new Date(startMs ?? 0) };
  const session = await em.findOne(SessionEntity as EntityName<SessionRow>, {
    ...where,
    sessionTypeId: type.id,
    siteId: order.site.id,
    deletedAt: null,
  });
  if (!session)
    throw invalid({
      [item.sessionId ? 'session_id' : 'time']: [
        'There is no such session of this type. Please choose one of its sessions.',
      ],
    });
  return session as SessionRow;
}

async function keep(em: SqlEntityManager, booking: Booking, known: Booking | undefined): Promise<void> {
  const { id: bookingId, siteId, itemId, orderId, expiresAtMs, startsAtMs, endsAtMs } = booking;
  const givenUp = known && known.status !== 'released' ? [known.id] : [];
  const wanted: WantedClaim[] = booking.request.guestIds.map((resourceId) => ({
    kind: 'guest',
    resourceId,
    unit: 0,
    startsAtMs,
    endsAtMs,
  }));
  const owner = { organisationId: booking.organisationId, siteId, bookingId, itemId, expiresAtMs };
  const blocking = await takeClaims(em, [{ owner, wanted }], givenUp);
  if (blocking.length > 0)
    throw stateConflict('already_taken', 'A guest already has another booking at this time.', {
      metadata: { blocked_by: ['guest_unavailable'] },
    });
  await saveBooking(em, booking);
  await takeSeats(em, { bookingId, sessionId: booking.sessionId ?? '', guests: booking.guests, orderId, expiresAtMs });
  const taken: TakenClaim[] = wanted.map((claim) => ({
    ...claim,
    bookingId,
    itemId,
    orderId,
    expiresAtMs,
    appointmentTypeId: null,
    durationMinutes: null,
  }));
  await nextVersions(em, [siteId], { kind: 'claims', released: givenUp, taken });
}
