import type { LocalDay } from '@lido/runtime/time/local-day.ts';
import { hasBit, nextSetBit } from '../bitset.ts';
import type { CompiledSite } from '../compile-site.ts';
import { type NamedResource, priceAt } from '../find-slots.ts';
import { type HorizonDay, msOfBit } from '../horizon.ts';
import { type DatedPriceRule, priceRulesOfDay } from '../price.ts';
import { type NoAvailabilityReason, reasonMessage } from '../reason.ts';
import type { AreaQuery } from './area-model.ts';
import { type AreaPlan, type DurationPlan, isUsable, placesLeft, planAreas } from './area-plan.ts';

/** A candidate start: bookable, or with the reason why it is not. */
export interface AreaSlot {
  readonly startMs: number;
  readonly endMs: number;
  /** The shortest that can be booked; of a start that can not, the one that comes closest to it. */
  readonly durationMinutes: number;
  /** All that can be booked. */
  readonly durationsMinutes: readonly number[];
  /** Those that can take the booking, the smallest first. */
  readonly areas: readonly NamedResource[];
  /** The most guests that one more booking could bring, and in an empty site; 0 where the start is refused. */
  readonly quantityAvailable: number;
  readonly totalQuantity: number;
  /** For the whole booking. */
  readonly amountMinor: number | null;
  readonly reason: NoAvailabilityReason | null;
  readonly message: string | null;
}

/** Every candidate start of each local date of the query, on the type's grid from midnight to midnight. */
export function explainAreaSlots(site: CompiledSite, query: AreaQuery): { day: LocalDay; slots: AreaSlot[] }[] {
  const plan = planAreas(site, query);
  return plan.days.map((day) => ({ day: day.day, slots: explainDay(plan, day) }));
}

function explainDay(plan: AreaPlan, day: HorizonDay): AreaSlot[] {
  const base = plan.fromWord * 32;
  const last = day.toBit - base;
  const { date, weekday } = day.day;
  const prices = plan.durations.map(({ durationMinutes }) =>
    priceRulesOfDay(plan.type.priceRules, date, weekday, durationMinutes),
  );
  const slots: AreaSlot[] = [];
  for (
    let index = nextSetBit(plan.grid, day.fromBit - base, last);
    index >= 0;
    index = nextSetBit(plan.grid, index + 1, last)
  ) {
    slots.push(slotAt(plan, { day, index, prices }));
  }
  return slots;
}

interface Start {
  readonly day: HorizonDay;
  /** Into the plan's bits. */
  readonly index: number;
  /** Of the day, for each of the plan's durations. */
  readonly prices: readonly DatedPriceRule[][];
}

function slotAt(plan: AreaPlan, { day, index, prices }: Start): AreaSlot {
  const { horizon } = plan.site;
  const bit = plan.fromWord * 32 + index;
  const { best, reason } = furthest(plan.durations, index);
  const { durationMinutes, shape } = plan.durations[best] as DurationPlan;
  const open = plan.lanes.filter((lane) => isUsable(lane, index, shape.durationBuckets));
  const free = open
    .map((lane) => ({ area: lane.resource.area, places: placesLeft(lane, index, shape) }))
    .filter(({ places }) => places > 0);
  const byTheMinute = priceAt(prices[best] ?? [], day, bit)?.amountMinor;
  return {
    startMs: msOfBit(horizon, bit),
    endMs: msOfBit(horizon, bit + shape.durationBuckets),
    durationMinutes,
    durationsMinutes: plan.durations
      .filter(({ layers }) => layers.every(({ bits }) => hasBit(bits, index)))
      .map((duration) => duration.durationMinutes),
    areas: free.map(({ area: { id, name } }) => ({ id, name })),
    quantityAvailable: reason === null ? Math.max(...free.map(({ places }) => places)) : 0,
    totalQuantity: Math.max(0, ...open.map(({ resource }) => resource.area.capacity)),
    amountMinor: byTheMinute === undefined ? null : byTheMinute * durationMinutes,
    reason,
    message: reason === null ? null : reasonMessage(reason),
  };
}

/** The duration whose first failing condition comes last, the shortest of several; bookable when none fails. */
function furthest(
  durations: readonly DurationPlan[],
  index: number,
): { best: number; reason: NoAvailabilityReason | null } {
  let best = 0;
  let reached = -1;
  for (const [at, { layers }] of durations.entries()) {
    const failing = layers.findIndex(({ bits }) => !hasBit(bits, index));
    if (failing < 0) return { best: at, reason: null };
    if (failing > reached) [best, reached] = [at, failing];
  }
  return { best, reason: durations[best]?.layers[reached]?.reason ?? null };
}
