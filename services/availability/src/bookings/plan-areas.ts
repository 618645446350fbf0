import { invalid } from '@lido/runtime/errors/refusal.ts';
import { localDateOf } from '@lido/runtime/time/zone.ts';
import { guestClaims } from '../claims/guest-claims.ts';
import { priceAtStart } from '../offerings/price-at.ts';
import type { Area, AreaBookingType, Claim } from '../solver/model.ts';
import { type AreaQuery, durationsOf } from '../solver/areas/area-model.ts';
import { stayDespiteRules } from '../solver/areas/areas-at.ts';
import { explainAreaSlots } from '../solver/areas/explain-area-slots.ts';
import { daysOf, msOfBit } from '../solver/horizon.ts';
import { type PlannedStay, planStay, startsOfStay, stayAt } from '../solver/itineraries/area-starts.ts';
import type { AreaStay } from '../solver/itineraries/assign-areas.ts';
import { obstacleBeside, type WantedStay, waysToStay } from '../solver/itineraries/stay-together.ts';
import { reasonMessage } from '../solver/reason.ts';
import { alreadyTaken, type OfferedItem } from './hold-order.ts';
import type { ItemPlan } from './item-plan.ts';
import { type Planning, takenReasons } from './plan-appointments.ts';
import { alternativesMax, startOf } from './plan-items.ts';
import { isGuestElsewhere } from './supposing.ts';

/** A way to hold area bookings together. Refuses the first that those before it leave no way for. */
export function planAreas(planning: Planning, items: OfferedItem[]): ItemPlan[] {
  const stays: Stay[] = [];
  for (const item of items) stays.push(stayBeside(planning, stays, item));
  const [areas = []] = waysToStay(
    stays.map(({ stay }) => stay),
    1,
  );
  return areas.map((area, index) => planIn(planning, stays[index] as Stay, area));
}

/** What is asked of an area of a type, by the clock. */
interface AskedStay {
  offered: OfferedItem;
  type: AreaBookingType;
  guestIds: string[];
  startMs: number;
  endMs: number;
  durationMinutes: number;
}

/** The same with where it can be. */
type Stay = AskedStay & WantedStay;

function stayBeside(planning: Planning, others: Stay[], offered: OfferedItem): Stay {
  const asked = askedOf(planning, offered);
  const free = planning.order.skipRules ? freeDespiteRules(planning, asked) : freeByRules(planning, asked, others);
  const stay = { ...asked, stay: free };
  const reason = obstacleBeside(others, stay);
  if (reason === undefined) return stay;
  const alternatives = planning.order.skipRules ? [] : otherStarts(planStayOf(planning, asked), asked, others);
  throw alreadyTaken(reasonMessage(reason), [reason], alternatives, planning.order.site.timezone);
}

function askedOf({ site, order }: Planning, offered: OfferedItem): AskedStay {
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
  const endMs = startMs + durationMinutes * 60_000;
  const elsewhere = item.areaIds.filter((id) => !type.areaIds.includes(id));
  if (elsewhere.length > 0) throw invalid({ area_ids: elsewhere.map((id) => `This offering has no area ${id}.`) });
  return { offered, type, guestIds: item.guestIds, startMs, endMs, durationMinutes };
}

function planStayOf(planning: Planning, asked: AskedStay): PlannedStay {
  const query = queryOf(planning, asked);
  const { compiled } = planning.site;
  if (!daysOf(compiled.horizon, query.dateFrom, query.dateTo))
    throw invalid({ time: ['The time must be between today and a year ahead.'] });
  return planStay(compiled, query);
}

function freeByRules(planning: Planning, asked: AskedStay, others: Stay[]): AreaStay {
  const planned = planStayOf(planning, asked);
  const { horizon } = planned.plan.site;
  const start = startsOfStay(planned).find(({ bit }) => msOfBit(horizon, bit) === asked.startMs);
  if (start) return stayAt(planned, start.bit);
  const slot = explainAreaSlots(planning.site.compiled, planned.plan.query)
    .flatMap((day) => day.slots)
    .find(({ startMs }) => startMs === asked.startMs);
  if (!slot?.reason)
    throw invalid({ time: ['This offering does not start at this time. Please choose one of its start times.'] });
  const message = reasonMessage(slot.reason);
  if (!takenReasons.has(slot.reason)) throw invalid({ time: [message] });
  const alternatives = otherStarts(planned, asked, others);
  throw alreadyTaken(message, [slot.reason], alternatives, planning.order.site.timezone);
}

/** The nearest other starts of the date at which it can be held beside others. */
function otherStarts(planned: PlannedStay, asked: AskedStay, others: Stay[]): number[] {
  const { horizon } = planned.plan.site;
  const lengthMs = asked.endMs - asked.startMs;
  const distance = (ms: number): number => Math.abs(ms - asked.startMs);
  const found: number[] = [];
  const nearest = startsOfStay(planned)
    .map(({ bit }) => ({ bit, startMs: msOfBit(horizon, bit) }))
    .sort((a, b) => distance(a.startMs) - distance(b.startMs) || a.startMs - b.startMs);
  for (const { bit, startMs } of nearest) {
    if (found.length === alternativesMax) break;
    const stay = { ...asked, startMs, endMs: startMs + lengthMs, stay: stayAt(planned, bit) };
    if (obstacleBeside(others, stay) === undefined) found.push(startMs);
  }
  return found;
}

/** Staff say when; what an area holds and how many baskets it takes stands. */
function freeDespiteRules(planning: Planning, asked: AskedStay): AreaStay {
  const { site, order } = planning;
  const { startMs, endMs, type, guestIds } = asked;
  const refuse = (reason: 'no_areas_available' | 'guest_unavailable'): Error =>
    alreadyTaken(reasonMessage(reason), [reason], [], order.site.timezone);
  const during = { fromMs: startMs, toMs: endMs + type.endBufferMinutes * 60_000 };
  const stay = stayDespiteRules(site.compiled, queryOf(planning, asked), during);
  if (stay.choices.length === 0) throw refuse('no_areas_available');
  const isOwn = ({ itemId }: Claim): boolean => itemId !== null && planning.itemIds.includes(itemId);
  if (isGuestElsewhere(site.compiled, guestIds, { startMs, endMs, nowMs: order.nowMs }, isOwn))
    throw refuse('guest_unavailable');
  return stay;
}

function queryOf(
  { order, memberships, itemIds }: Planning,
  { offered, type, startMs, durationMinutes }: AskedStay,
): AreaQuery & { durationMinutes: number } {
  const { guests, guestIds, areaIds } = offered.item;
  const date = localDateOf(startMs, order.site.timezone);
  return {
    areaBookingTypeId: type.id,
    dateFrom: date,
    dateTo: date,
    nowMs: order.nowMs,
    durationMinutes,
    guests,
    guestIds,
    orderId: order.orderId,
    ...(areaIds.length > 0 && { areaIds }),
    excludeItemIds: itemIds,
    memberships,
  };
}

function planIn({ site }: Planning, asked: AskedStay, { id, name, capacity }: Area): ItemPlan {
  const { offered, type, startMs, endMs, durationMinutes } = asked;
  const item = { ...offered.item, durationMinutes };
  const byTheMinute = priceAtStart(type.priceRules, startMs, site.site.timezone, durationMinutes) ?? 0;
  return {
    item,
    sessionId: null,
    startMs,
    endMs,
    priceMinor: byTheMinute * durationMinutes,
    resources: { offeringName: type.name, practitioners: [], rooms: [], equipment: [], areas: [{ id, name }] },
    wanted: guestClaims(item.guestIds, asked, undefined),
    seats: [],
    areas: [
      {
        areaId: id,
        startsAtMs: startMs,
        endsAtMs: endMs + type.endBufferMinutes * 60_000,
        kind: 'booking',
        guests: item.guests,
        capacity,
        basketsMax: type.basketsMax,
      },
    ],
  };
}
