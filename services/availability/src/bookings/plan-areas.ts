import { invalid } from '@lido/runtime/errors/refusal.ts';
import { localDateOf } from '@lido/runtime/time/zone.ts';
import type { WantedClaim } from '../claims/claim.ts';
import { priceAtStart } from '../offerings/price-at.ts';
import type { AreaBookingType, Claim } from '../solver/model.ts';
import { type AreaQuery, durationsOf } from '../solver/areas/area-model.ts';
import { areasDespiteRules } from '../solver/areas/areas-at.ts';
import { explainAreaSlots } from '../solver/areas/explain-area-slots.ts';
import { daysOf } from '../solver/horizon.ts';
import { reasonMessage } from '../solver/reason.ts';
import { alreadyTaken, type OfferedItem } from './hold-order.ts';
import type { ItemPlan } from './item-plan.ts';
import { type Planning, takenReasons } from './plan-appointments.ts';
import { alternativesMax, plansMax, startOf } from './plan-items.ts';
import { isGuestElsewhere, withClaims } from './with-claims.ts';

/**
 * The ways to hold area bookings, in the order they are to be tried: one alone in each of up to eight areas, several in one way that they
 * can all be held in. Refuses the first that can not be held.
 */
export function planAreas(planning: Planning, items: OfferedItem[]): ItemPlan[][] {
  const [only, ...others] = items;
  if (!only) return [[]];
  if (others.length === 0) return plansOf(planning, only).map((plan) => [plan]);
  const { site, order } = planning;
  const plans: ItemPlan[] = [];
  for (const item of items) {
    const [plan] = withClaims(site.compiled, plans, () => plansOf(planning, item), order.orderId);
    if (plan) plans.push(plan);
  }
  return [plans];
}

/** A stay in an area of its type, by the clock. */
interface Stay {
  offered: OfferedItem;
  type: AreaBookingType;
  startMs: number;
  endMs: number;
  durationMinutes: number;
}

function plansOf(planning: Planning, offered: OfferedItem): ItemPlan[] {
  const stay = stayOf(planning, offered);
  const areas = planning.order.skipRules ? areasWithoutRules(planning, stay) : areasByRules(planning, stay);
  return areas.slice(0, plansMax).map((area) => planIn(planning, stay, area));
}

function stayOf({ site, order }: Planning, offered: OfferedItem): Stay {
  const { item } = offered;
  const type = site.compiled.areas.types.get(item.offeringId);
  const startMs = startOf(item);
  if (!type) throw invalid({ offering_id: [`This site does not offer the area booking ${item.offeringId}.`] });
  if (startMs === undefined)
    throw invalid({ time: ['The time must be an instant with an offset, such as 2026-04-01T09:30:00+01:00.'] });
  const durationMinutes = item.durationMinutes || type.minDurationMinutes;
  const durations = durationsOf(type);
  if (order.skipRules && durationMinutes % 5 !== 0)
    throw invalid({ duration: ['The duration must be a multiple of 5 minutes.'] });
  if (!order.skipRules && !durations.includes(durationMinutes))
    throw invalid({ duration: [`The duration must be one of ${durations.join(', ')} minutes.`] });
  return { offered, type, startMs, endMs: startMs + durationMinutes * 60_000, durationMinutes };
}

function areasByRules(planning: Planning, stay: Stay): { id: string; name: string }[] {
  const { site, order } = planning;
  const query = queryOf(planning, stay);
  if (!daysOf(site.compiled.horizon, query.dateFrom, query.dateTo))
    throw invalid({ time: ['The time must be between today and a year ahead.'] });
  const slots = explainAreaSlots(site.compiled, query).flatMap((day) => day.slots);
  const slot = slots.find(({ startMs }) => startMs === stay.startMs);
  if (!slot)
    throw invalid({ time: ['This offering does not start at this time. Please choose one of its start times.'] });
  if (slot.reason === null) return [...slot.areas];
  const message = reasonMessage(slot.reason);
  if (!takenReasons.has(slot.reason)) throw invalid({ time: [message] });
  const distance = (ms: number): number => Math.abs(ms - stay.startMs);
  const alternativesMs = slots
    .filter(({ reason }) => reason === null)
    .map(({ startMs }) => startMs)
    .sort((a, b) => distance(a) - distance(b) || a - b)
    .slice(0, alternativesMax);
  throw alreadyTaken(message, [slot.reason], alternativesMs, order.site.timezone);
}

/** Staff say when; what an area holds and how many baskets it takes stands. */
function areasWithoutRules(planning: Planning, stay: Stay): { id: string; name: string }[] {
  const { site, order } = planning;
  const { startMs, endMs, type, offered } = stay;
  const refuse = (reason: 'no_areas_available' | 'guest_unavailable'): Error =>
    alreadyTaken(reasonMessage(reason), [reason], [], order.site.timezone);
  const during = { fromMs: startMs, toMs: endMs + type.endBufferMinutes * 60_000 };
  const areas = areasDespiteRules(site.compiled, queryOf(planning, stay), during);
  if (areas.length === 0) throw refuse('no_areas_available');
  const isOwn = ({ itemId }: Claim): boolean => itemId !== null && planning.itemIds.includes(itemId);
  if (isGuestElsewhere(site.compiled, offered.item.guestIds, { startMs, endMs, nowMs: order.nowMs }, isOwn))
    throw refuse('guest_unavailable');
  return areas;
}

function queryOf(
  { order, memberships, itemIds }: Planning,
  { offered, type, startMs, durationMinutes }: Stay,
): AreaQuery {
  const date = localDateOf(startMs, order.site.timezone);
  return {
    areaBookingTypeId: type.id,
    dateFrom: date,
    dateTo: date,
    nowMs: order.nowMs,
    durationMinutes,
    guests: offered.item.guests,
    guestIds: offered.item.guestIds,
    orderId: order.orderId,
    excludeItemIds: itemIds,
    memberships,
  };
}

function planIn({ site }: Planning, stay: Stay, { id, name }: { id: string; name: string }): ItemPlan {
  const { offered, type, startMs, endMs, durationMinutes } = stay;
  const item = { ...offered.item, durationMinutes };
  const guests = item.guestIds.map(
    (resourceId): WantedClaim => ({ kind: 'guest', resourceId, unit: 0, startsAtMs: startMs, endsAtMs: endMs }),
  );
  const byTheMinute = priceAtStart(type.priceRules, startMs, site.site.timezone, durationMinutes) ?? 0;
  return {
    item,
    sessionId: null,
    startMs,
    endMs,
    priceMinor: byTheMinute * durationMinutes,
    resources: { offeringName: type.name, practitioners: [], room: null, equipment: [], areas: [{ id, name }] },
    wanted: guests,
    seats: [],
    areas: [
      {
        areaId: id,
        startsAtMs: startMs,
        endsAtMs: endMs + type.endBufferMinutes * 60_000,
        kind: 'booking',
        guests: item.guests,
        capacity: site.compiled.areas.resources.get(id)?.area.capacity ?? 0,
        basketsMax: type.basketsMax,
      },
    ],
  };
}
