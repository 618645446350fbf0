import { minutesPerBucket } from '@lido/runtime/time/local-day.ts';
import { daysBetween } from '@lido/runtime/time/zone.ts';
import { hasBit } from '../solver/bitset.ts';
import { bitFrom, bitOf, type Horizon, layOutHorizon } from '../solver/horizon.ts';
import type { OccupancyRange } from './occupancy-range.ts';

/** A stretch of time in which a resource is taken; on the grid, it takes the whole of the buckets it touches. */
export interface BusyTime {
  readonly resourceId: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** How many of the resource's places it takes. */
  readonly places: number;
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

/** When a resource works, and how many it serves at once: more than one only where each place is sold by itself. */
export interface Capacity {
  readonly work: Uint32Array;
  readonly places: number;
}

/**
 * The occupancy of one resource on each local date of the range, in minutes of its places. Booked time counts wherever it
 * lies, a place that is taken twice once; blocked time only where the resource works and nothing is booked, so that what is
 * left of the available time is what can still be sold.
 */
export function countOccupancy(
  horizon: Horizon,
  range: OccupancyRange,
  { work, places }: Capacity,
  busy: readonly BusyTime[],
): Occupancy[] {
  const booked = placesTaken(horizon, busy, 'booked');
  const blocked = placesTaken(horizon, busy, 'blocked');
  const [first, last] = [bitFrom(horizon, range.fromMs), bitOf(horizon, range.toMs)];
  return horizon.days.slice(0, horizon.dayCount).map(({ fromBit, toBit }) => {
    const buckets = { available: 0, booked: 0, blocked: 0 };
    for (let bit = Math.max(fromBit, first); bit < Math.min(toBit, last); bit++) {
      const bookedPlaces = Math.min(booked[bit] ?? 0, places);
      buckets.booked += bookedPlaces;
      if (!hasBit(work, bit)) continue;
      buckets.available += places;
      buckets.blocked += Math.min(blocked[bit] ?? 0, places - bookedPlaces);
    }
    const minutes = (count: number): number => count * minutesPerBucket;
    return occupancyOf(minutes(buckets.available), minutes(buckets.booked), minutes(buckets.blocked));
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

/** How many places are taken in each bucket of the horizon. */
function placesTaken(horizon: Horizon, busy: readonly BusyTime[], use: BusyTime['use']): Uint32Array {
  const taken = new Uint32Array(horizon.days.at(-1)?.toBit ?? 0);
  for (const time of busy) {
    if (time.use !== use) continue;
    const to = Math.min(bitFrom(horizon, time.toMs), taken.length);
    for (let bit = Math.max(0, bitOf(horizon, time.fromMs)); bit < to; bit++)
      taken[bit] = (taken[bit] ?? 0) + time.places;
  }
  return taken;
}
