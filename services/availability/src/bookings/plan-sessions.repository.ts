import type { EntityName } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { invalid } from '@lido/runtime/errors/refusal.ts';
import type { WantedClaim } from '../claims/claim.ts';
import { rulesByParent } from '../offerings/rule.repository.ts';
import { SessionEntity, type SessionRow } from '../sessions/session.entity.ts';
import { seatsTaken } from '../sessions/session.repository.ts';
import { judgeSession } from '../sessions/session-question.ts';
import { sessionMessage } from '../sessions/session-state.ts';
import type { SessionTypeRow } from '../sessions/session-type.entity.ts';
import { toPriceRule } from '../sites/site-model.ts';
import { reasonMessage } from '../solver/reason.ts';
import { alreadyTaken, type HoldOrder, type OfferedItem } from './hold-order.ts';
import type { ItemPlan } from './item-plan.ts';
import type { Planning } from './plan-appointments.ts';
import { startOf } from './plan-items.ts';
import { isGuestElsewhere } from './with-claims.ts';

/** How a session item is held: its seats, and its guests' time. Refuses what is full or not on offer. */
export async function planSession(
  em: SqlEntityManager,
  { site, order, memberships }: Planning,
  { item, offering }: OfferedItem,
): Promise<ItemPlan> {
  const type = offering.row as SessionTypeRow;
  const session = await findSession(em, item, type, order);
  const taken = (await seatsTaken(em, [session.id], { bookingId: item.itemId, orderId: order.orderId })).get(
    session.id,
  );
  const priceRules = (await rulesByParent(em, [type.id])).prices(type.id).map(toPriceRule);
  const facts = { session, type, priceRules, taken, zone: order.site.timezone };
  const { reason, price } = judgeSession(facts, item.guests, { nowMs: order.nowMs, memberships });
  if (reason === 'session_full') throw alreadyTaken(sessionMessage(reason), [reason], [], order.site.timezone);
  if (reason !== null && !order.skipRules) throw invalid({ time: [sessionMessage(reason)] });
  const [startMs, endMs] = [session.startTime.getTime(), session.endTime.getTime()];
  if (isGuestElsewhere(site.compiled, item, { startMs, endMs, nowMs: order.nowMs }))
    throw alreadyTaken(reasonMessage('guest_unavailable'), ['guest_unavailable'], [], order.site.timezone);
  const guests = item.guestIds.map(
    (resourceId): WantedClaim => ({ kind: 'guest', resourceId, unit: 0, startsAtMs: startMs, endsAtMs: endMs }),
  );
  return {
    item,
    sessionId: session.id,
    startMs,
    endMs,
    priceMinor: (price ?? 0) * item.guests,
    resources: { offeringName: type.name, practitioners: [], room: null, equipment: [] },
    wanted: guests,
    seats: [{ sessionId: session.id, guests: item.guests }],
    areas: [],
  };
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
