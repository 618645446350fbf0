import { setBits } from '../bitset.ts';
import type { CompiledSite } from '../compile-site.ts';
import { bookableStarts, priceAt } from '../find-slots.ts';
import type { HorizonDay } from '../horizon.ts';
import { priceRulesOfDay } from '../price.ts';
import type { AreaQuery } from '../areas/area-model.ts';
import { type AreaPlan, type DurationPlan, placesLeft, planAreas } from '../areas/area-plan.ts';
import type { AreaStay } from './assign-areas.ts';

/** An area booking of one duration on one local date, ready to say where it can be at each of its starts. */
export interface PlannedStay {
  readonly plan: AreaPlan;
  readonly day: HorizonDay;
  readonly duration: DurationPlan;
}

/** Plans an area booking for the one date and the one duration that its query names. */
export function planStay(site: CompiledSite, query: AreaQuery & { readonly durationMinutes: number }): PlannedStay {
  const plan = planAreas(site, query);
  const [[day, ...others], [duration]] = [plan.days, plan.durations];
  if (day === undefined || others.length > 0 || duration === undefined)
    throw new RangeError('A stay in an area is on one date.');
  return { plan, day, duration };
}

/** The starts, bits of the horizon, that it can have by itself, each with its price for the whole booking. */
export function startsOfStay({ plan, day, duration }: PlannedStay): { bit: number; amountMinor: number }[] {
  const base = plan.fromWord * 32;
  const starts = bookableStarts({ grid: plan.grid, layers: duration.layers });
  const { date, weekday } = day.day;
  const rules = priceRulesOfDay(plan.type.priceRules, date, weekday, duration.durationMinutes);
  return setBits(starts, 0, day.toBit - base).map((index) => {
    const bit = base + index;
    return { bit, amountMinor: (priceAt(rules, day, bit)?.amountMinor ?? 0) * duration.durationMinutes };
  });
}

/** Where the party can be when it starts at a bit of the horizon, the smallest area first. */
export function stayAt({ plan, duration }: PlannedStay, bit: number): AreaStay {
  const index = bit - plan.fromWord * 32;
  const { durationBuckets, bufferBuckets } = duration.shape;
  const length = durationBuckets + bufferBuckets;
  const choices = plan.lanes
    .filter((lane) => placesLeft(lane, index, duration.shape) > 0)
    .map(({ resource, occupancy }) => ({
      area: resource.area,
      guests: occupancy.guests.subarray(index, index + length),
    }));
  return { guests: plan.query.guests, from: bit, to: bit + length, choices };
}
