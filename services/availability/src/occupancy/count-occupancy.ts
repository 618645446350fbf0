import { minutesPerBucket } from '@lido/runtime/time/local-day.ts';
import { daysBetween } from '@lido/runtime/time/zone.ts';
import { andInto, andNotInto, countSet, setRange } from '../solver/bitset.ts';
import { bitFrom, bitOf, emptyBits, type Horizon, layOutHorizon } from '../solver/horizon.ts';
import type { OccupancyRange } from './occupancy-range.ts';

/** A stretch of time in which a resource is taken; on the grid, it takes the whole of the buckets it touches. */
export interface BusyTime {
  readonly resourceId: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** Blocked time, and the time to clear up after a booking, is not booked. */
  readonly use: 'booked' | 'blocked';
}

/** Minutes, as the rows of reports have them. */
export interface Occupancy {
  readonly availableMinutes: number;
  readonly bookedMinutes: number;
  readonly blockedMinutes: number;
  readonly occupancyPercent: number;
}

/** The local dates of a range, on the solver's grid. */
export function horizonOf({ zone, dateFrom, dateTo }: OccupancyRange): Horizon {
  return layOutHorizon(zone, dateFrom, daysBetween(dateFrom, dateTo) + 1);
}

/**
 * The occupancy of one resource on each local date of the range. Booked time counts wherever it lies; blocked time only
 * where the resource works and nothing is booked, so that what is left of the available time is what can still be sold.
 */
export function countOccupancy(
  horizon: Horizon,
  range: OccupancyRange,
  work: Uint32Array,
  busy: readonly BusyTime[],
): Occupancy[] {
  const booked = timeOf(horizon, busy, 'booked');
  const blocked = timeOf(horizon, busy, 'blocked');
  andInto(blocked, work);
  andNotInto(blocked, booked);
  const [first, last] = [bitFrom(horizon, range.fromMs), bitOf(horizon, range.toMs)];
  return horizon.days.slice(0, horizon.dayCount).map(({ fromBit, toBit }) => {
    const minutesIn = (bits: Uint32Array): number =>
      countSet(bits, Math.max(fromBit, first), Math.min(toBit, last)) * minutesPerBucket;
    return occupancyOf(minutesIn(work), minutesIn(booked), minutesIn(blocked));
  });
}

/** Several occupancies as one. */
export function addUp(parts: readonly Occupancy[]): Occupancy {
  const sum = (minutes: (part: Occupancy) => number): number => parts.reduce((total, part) => total + minutes(part), 0);
  return occupancyOf(
    sum((part) => part.availableMinutes),
    sum((part) => part.bookedMinutes),
    sum((part) => part.blockedMinutes),
  );
}

function occupancyOf(availableMinutes: number, bookedMinutes: number, blockedMinutes: number): Occupancy {
  const sellable = availableMinutes - blockedMinutes;
  // Work where there was no time for it at all is fully booked rather than infinitely.
  const share = sellable > 0 ? bookedMinutes / sellable : bookedMinutes > 0 ? 1 : 0;
  return { availableMinutes, bookedMinutes, blockedMinutes, occupancyPercent: Math.round(share * 1000) / 10 };
}

function timeOf(horizon: Horizon, busy: readonly BusyTime[], use: BusyTime['use']): Uint32Array {
  const bits = emptyBits(horizon);
  for (const time of busy) {
    if (time.use === use) setRange(bits, bitOf(horizon, time.fromMs), bitFrom(horizon, time.toMs));
  }
  return bits;
}
