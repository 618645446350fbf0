import { minutesPerBucket } from '@lido/runtime/time/local-day.ts';
import { daysBetween } from '@lido/runtime/time/zone.ts';
import { countSet } from '../solver/bitset.ts';
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
  const [first, last] = [bitFrom(horizon, range.fromMs), bitOf(horizon, range.toMs)];
  const walk = walkThrough(stepsOf(horizon, busy));
  return horizon.days.slice(0, horizon.dayCount).map(({ fromBit, toBit }) => {
    const [from, to] = [Math.max(fromBit, first), Math.min(toBit, last)];
    let [booked, blocked] = [0, 0];
    walk(from, to, (taken, at, until) => {
      const bookedPlaces = Math.min(taken.booked, places);
      booked += bookedPlaces * (until - at);
      blocked += Math.min(taken.blocked, places - bookedPlaces) * countSet(work, at, until);
    });
    const minutes = (buckets: number): number => buckets * minutesPerBucket;
    return occupancyOf(minutes(countSet(work, from, to) * places), minutes(booked), minutes(blocked));
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

/** From a bit on, so many more places are taken, or fewer. */
interface Step {
  readonly bit: number;
  readonly use: BusyTime['use'];
  readonly places: number;
}

function stepsOf(horizon: Horizon, busy: readonly BusyTime[]): Step[] {
  const steps = busy.flatMap(({ fromMs, toMs, use, places }): Step[] => [
    { bit: bitOf(horizon, fromMs), use, places },
    { bit: bitFrom(horizon, toMs), use, places: -places },
  ]);
  return steps.sort((a, b) => a.bit - b.bit);
}

/** Visits stretches in which equally many places are taken. The ranges that are asked for come in order. */
function walkThrough(steps: readonly Step[]) {
  const taken = { booked: 0, blocked: 0 };
  let next = 0;
  return (from: number, to: number, visit: (places: typeof taken, at: number, until: number) => void): void => {
    for (let at = from; at < to; ) {
      for (let step = steps[next]; step && step.bit <= at; step = steps[++next]) taken[step.use] += step.places;
      const until = Math.min(steps[next]?.bit ?? to, to);
      visit(taken, at, until);
      at = until;
    }
  };
}
