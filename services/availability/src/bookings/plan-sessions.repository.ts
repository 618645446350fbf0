import type { EntityName } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { invalid } from '@lido/runtime/errors/refusal.ts';
import { guestClaims } from '../claims/guest-claims.ts';
import { rulesByParent } from '../offerings/rule.repository.ts';
import { SessionEntity, type SessionRow } from '../sessions/session.entity.ts';
import { seatsTaken } from '../sessions/session.repository.ts';
import { judgeSession } from '../sessions/session-question.ts';
import { sessionMessage } from '../sessions/session-state.ts';
import type { SessionTypeRow } from '../sessions/session-type.entity.ts';
import { toPriceRule } from '../sites/site-model.ts';
import type { Claim } from '../solver/model.ts';
import { leavesFree } from '../solver/guest-sharing.ts';
import { reasonMessage } from '../solver/reason.ts';
import { bookingsOfCustomer } from './booking.repository.ts';
import { alreadyTaken, type HoldOrder, type OfferedItem } from './hold-order.ts';
import type { ItemPlan } from './item-plan.ts';
import type { Planning } from './plan-appointments.ts';
import { startOf } from './plan-items.ts';
import { isGuestElsewhere } from './supposing.ts';

/** How a session item is held, beside others of its order: its seats, and its guests' time. Refuses what is full or not on offer. */
export async function planSession(
  em: SqlEntityManager,
  { site, order, memberships, itemIds }: Planning,
  { item, offering }: OfferedItem,
  beside: readonly ItemPlan[],
): Promise<ItemPlan> {
  const type = offering.row as SessionTypeRow;
  const session = await findSession(em, item, type, order);
  const taken = (await seatsTaken(em, [session.id], { itemIds: [item.itemId], orderId: order.orderId })).get(
    session.id,
  );
  const priceRules = (await rulesByParent(em, [type.id])).prices(type.id).map(toPriceRule);
  const facts = { session, type, priceRules, taken, zone: order.site.timezone };
  const { reason, price } = judgeSession(facts, item.guests, { nowMs: order.nowMs, memberships });
  const isWaiting = reason === 'session_full' && canWait({ session, type, guests: item.guests }, order);
  if (reason === 'session_full' && !isWaiting)
    throw alreadyTaken(sessionMessage(reason), [reason], [], order.site.timezone);
  const broken = isWaiting && price === undefined ? 'no_price' : isWaiting ? null : reason;
  if (broken !== null && !order.skipRules) throw invalid({ time: [sessionMessage(broken)] });
  const planned = beside.filter(({ sessionId }) => sessionId === session.id).length;
  await requireMemberLimit(em, order, { session, type, itemIds, planned });
  const [startMs, endMs] = [session.startTime.getTime(), session.endTime.getTime()];
  const during = { startMs, endMs, nowMs: order.nowMs };
  const isOwn = (claim: Claim) => claim.itemId === item.itemId || leavesFree(claim, item.sharing);
  if (!isWaiting && isGuestElsewhere(site.compiled, item.guestIds, during, isOwn))
    throw alreadyTaken(reasonMessage('guest_unavailable'), ['guest_unavailable'], [], order.site.timezone);
  return {
    item,
    sessionId: session.id,
    startMs,
    endMs,
    priceMinor: (price ?? 0) * item.guests,
    resources: { offeringName: type.name, practitioners: [], rooms: [], equipment: [] },
    wanted: isWaiting ? [] : guestClaims(item.guestIds, during, item.sharing),
    seats: isWaiting ? [] : [{ sessionId: session.id, guests: item.guests }],
    areas: [],
    isWaiting,
  };
}

/** Whether a party may wait for places: where the session has a waiting list, and could ever take so many. */
function canWait(
  { session, type, guests }: { session: SessionRow; type: SessionTypeRow; guests: number },
  { mayWait }: HoldOrder,
): boolean {
  return mayWait === true && (session.waitlistEnabled ?? type.waitlistEnabled) && guests <= session.capacity;
}

interface MemberLimit {
  session: SessionRow;
  type: SessionTypeRow;
  /** What is asked for now, of which so many are planned for this session. */
  itemIds: readonly string[];
  planned: number;
}

/**
 * One customer's bookings of a session are limited by its type; what lapsed in a basket does not count. Who is as quick meets the same
 * limit when both are held.
 */
async function requireMemberLimit(
  em: SqlEntityManager,
  { customerId, skipRules }: HoldOrder,
  { session, type, itemIds, planned }: MemberLimit,
): Promise<void> {
  const max = type.maxBookingsPerMember ?? null;
  if (max === null || customerId === null || skipRules) return;
  if (planned + (await bookingsOfCustomer(em, session.id, customerId, itemIds)) < max) return;
  const sentence =
    max === 1 ? 'This session can be booked once only.' : `This session can be booked ${max} times at most.`;
  throw invalid({ session_id: [sentence] });
}

async function findSession(
  em: SqlEntityManager,
  item: OfferedItem['item'],
  type: SessionTypeRow,
  order: HoldOrder,
): Promise<SessionRow> {
  const where = item.sessionId ? { id: item.sessionId } : { startTime: new Date(startOf(item) ?? 0) };
  const ofType = { sessionTypeId: type.id, siteId: order.site.id, deletedAt: null };
  const plain = { disableIdentityMap: true } as const;
  const session = await em.findOne(SessionEntity as EntityName<SessionRow>, { ...where, ...ofType }, plain);
  if (session) return session as SessionRow;
  const sentence = 'There is no such session of this type. Please choose one of its sessions.';
  throw invalid({ [item.sessionId ? 'session_id' : 'time']: [sentence] });
}
