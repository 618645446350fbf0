import {
  bucketMs,
  bucketsOfWallRange,
  type LocalDay,
  localDay,
  minutesPerBucket,
} from '@lido/runtime/time/local-day.ts';
import { addDays, parseWallTime } from '@lido/runtime/time/zone.ts';
import { clearRange, setEvery, setRange } from './bitset.ts';

/** Local days whose starts can be asked for, at most. */
export const maxHorizonDays = 366;

/** Longest duration and longest buffer a search answers, in minutes. */
export const maxSpanMinutes = 1440;

/** Zero words behind the last day, so that no start near the end reads past a bitset. */
const spareWords = 2 + (2 * maxSpanMinutes) / 5 / 32;

/** The stretch of time a compiled site covers; bit 0 of its bitsets is `firstBucket`. */
export interface Horizon {
  readonly zone: string;
  readonly firstBucket: number;
  /** Local days that can be asked for. */
  readonly dayCount: number;
  /** Those days and one more, into which an appointment may run. */
  readonly days: readonly HorizonDay[];
  readonly wordCount: number;
}

export interface HorizonDay {
  readonly day: LocalDay;
  /** Bits `[fromBit, toBit)` of the day. */
  readonly fromBit: number;
  readonly toBit: number;
}

/** Lays out `dayCount` (1 to 366) local days from `firstDate`. */
export function layOutHorizon(zone: string, firstDate: string, dayCount: number): Horizon {
  if (!Number.isInteger(dayCount) || dayCount < 1 || dayCount > maxHorizonDays) {
    throw new RangeError(`A horizon has 1 to ${maxHorizonDays} days, not ${dayCount}.`);
  }
  const localDays = Array.from({ length: dayCount + 1 }, (_, index) => localDay(addDays(firstDate, index), zone));
  const firstBucket = localDays[0]?.firstBucket ?? 0;
  const days = localDays.map((day) => {
    const fromBit = day.firstBucket - firstBucket;
    return { day, fromBit, toBit: fromBit + day.bucketCount };
  });
  const bitCount = days.at(-1)?.toBit ?? 0;
  return { zone, firstBucket, dayCount, days, wordCount: Math.ceil(bitCount / 32) + spareWords };
}

export function emptyBits(horizon: Horizon): Uint32Array {
  return new Uint32Array(horizon.wordCount);
}

/** The first and the last date of a horizon that can be asked for. */
export function datesCovered({ days, dayCount }: Horizon): readonly [first: string, last: string] {
  return [days[0]?.day.date ?? '', days[dayCount - 1]?.day.date ?? ''];
}

/** The days of a horizon that can be asked for, from one date to another; undefined when it does not cover them. */
export function daysOf(horizon: Horizon, dateFrom: string, dateTo: string): readonly HorizonDay[] | undefined {
  const from = horizon.days.findIndex(({ day }) => day.date === dateFrom);
  const to = horizon.days.findIndex(({ day }) => day.date === dateTo);
  return from < 0 || to < from || to >= horizon.dayCount ? undefined : horizon.days.slice(from, to + 1);
}

/** The day a bit lies in, by halving: searches ask for every slot's start and end. Undefined outside the horizon's days. */
export function dayOfBit({ days }: Horizon, bit: number): HorizonDay | undefined {
  let low = 0;
  let high = days.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((days[middle]?.fromBit ?? 0) <= bit) low = middle;
    else high = middle - 1;
  }
  const day = days[low];
  return day && day.fromBit <= bit && bit < day.toBit ? day : undefined;
}

/** The bit of the bucket that contains the instant, which may lie outside the horizon. */
export function bitOf(horizon: Horizon, epochMs: number): number {
  return Math.floor(epochMs / bucketMs) - horizon.firstBucket;
}

/** The bit of the first bucket that begins at or after the instant. */
export function bitFrom(horizon: Horizon, epochMs: number): number {
  return Math.ceil(epochMs / bucketMs) - horizon.firstBucket;
}

export function msOfBit(horizon: Horizon, bit: number): number {
  return (horizon.firstBucket + bit) * bucketMs;
}

/** Opens the wall time `[fromMinute, toMinute)` of a day; minutes off the grid open less. */
export function openWallTime(
  bits: Uint32Array,
  { day, fromBit }: HorizonDay,
  fromMinute: number,
  toMinute: number,
): void {
  for (const [from, to] of bucketsOfWallRange(day, fromMinute, toMinute, 'inwards')) {
    setRange(bits, fromBit + from, fromBit + to);
  }
}

/** Closes the wall time `[fromMinute, toMinute)` of a day; minutes off the grid close more. */
export function closeWallTime(
  bits: Uint32Array,
  { day, fromBit }: HorizonDay,
  fromMinute: number,
  toMinute: number,
): void {
  for (const [from, to] of bucketsOfWallRange(day, fromMinute, toMinute, 'outwards')) {
    clearRange(bits, fromBit + from, fromBit + to);
  }
}

/** Bits of the horizon whose wall time is a multiple of the interval, counted from local midnight. */
export function startGrid(horizon: Horizon, intervalMinutes: number): Uint32Array {
  const bits = emptyBits(horizon);
  const step = bucketsBetweenStarts(intervalMinutes);
  for (const { day, fromBit } of horizon.days) {
    for (const { fromBucket, toBucket, wallMinute } of day.segments) {
      // The clock runs evenly within a segment, so that one start leads to all others.
      let bucket = fromBucket;
      while (bucket < toBucket && (wallMinute + (bucket - fromBucket) * minutesPerBucket) % intervalMinutes !== 0)
        bucket++;
      setEvery(bits, fromBit + bucket, fromBit + toBucket, step);
    }
  }
  return bits;
}

/** After how many buckets a wall time is a multiple of the interval again. */
function bucketsBetweenStarts(intervalMinutes: number): number {
  let buckets = 1;
  while ((buckets * minutesPerBucket) % intervalMinutes !== 0) buckets++;
  return buckets;
}

/** A rule's daily time range in minutes since midnight; absent ends are the day's, and `00:00` as an end is midnight. */
export function minutesOfRange(timeFrom: string | null, timeTo: string | null): { from: number; to: number } {
  const from = timeFrom === null ? 0 : wallMinutes(timeFrom);
  const to = timeTo === null ? 1440 : wallMinutes(timeTo);
  return { from, to: to === 0 ? 1440 : to };
}

function wallMinutes(text: string): number {
  const minutes = parseWallTime(text);
  if (minutes === undefined) throw new RangeError(`${text} is no wall time; HH:MM from 00:00 to 24:00 is allowed.`);
  return minutes;
}
