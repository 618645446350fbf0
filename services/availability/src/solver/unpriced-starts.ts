import { bucketTexts, minutesPerBucket } from '@lido/runtime/time/local-day.ts';
import type { Weekday } from '@lido/runtime/time/zone.ts';
import { andInto, andNotInto, nextSetBit } from './bitset.ts';
import { type CompiledSite, gridStarts, openStarts, typeStarts } from './compile-site.ts';
import type { AppointmentType } from './model.ts';

/** A local date with starts that no price rule covers: their wall times, and the durations in minutes that lack a price at some of them. */
export interface UnpricedDate {
  readonly date: string;
  readonly weekday: Weekday;
  readonly times: string[];
  readonly durations: number[];
}

/**
 * The dates on which an appointment type can be had by the opening hours of some of the sites and by its own availability rules, whatever
 * is booked and whoever works, without a price for each start and duration. In order; a wall time that comes twice is named once.
 */
export function findUnpricedStarts(sites: readonly CompiledSite[], type: AppointmentType): UnpricedDate[] {
  const found = new Map<string, { weekday: Weekday; times: Set<string>; durations: Set<number> }>();
  for (const site of sites) {
    for (const durationMinutes of type.durationsMinutes) {
      const starts = unpricedStarts(site, type, durationMinutes / minutesPerBucket);
      for (const { day, fromBit, toBit } of site.horizon.days.slice(0, site.horizon.dayCount)) {
        for (let bit = nextSetBit(starts, fromBit, toBit); bit >= 0; bit = nextSetBit(starts, bit + 1, toBit)) {
          const known = found.get(day.date) ?? { weekday: day.weekday, times: new Set(), durations: new Set() };
          found.set(day.date, known);
          known.times.add(bucketTexts(day)[bit - fromBit]?.slice(11, 16) ?? '');
          known.durations.add(durationMinutes);
        }
      }
    }
  }
  return [...found]
    .map(([date, { weekday, times, durations }]) => ({
      date,
      weekday,
      times: [...times].sort(),
      durations: [...durations].sort((a, b) => a - b),
    }))
    .sort((a, b) => a.date.localeCompare(b.date));
}

function unpricedStarts(site: CompiledSite, type: AppointmentType, durationBuckets: number): Uint32Array {
  const { available, priced } = typeStarts(site, type, durationBuckets);
  const starts = gridStarts(site, type.startTimeIntervalMinutes).slice();
  andInto(starts, openStarts(site, durationBuckets));
  andInto(starts, available);
  andNotInto(starts, priced);
  return starts;
}
