import { Temporal } from 'temporal-polyfill';
import { addDays, type Weekday, weekdayOf } from './zone.ts';

/** The grid of all availability: five-minute buckets of UTC, numbered from the Unix epoch. */
export const minutesPerBucket = 5;
export const bucketMs = minutesPerBucket * 60_000;

/** A stretch of a local day in which the offset does not change; a normal day has one, a change day two. */
export interface DaySegment {
  /** Buckets `[fromBucket, toBucket)`, counted from the day's first. */
  readonly fromBucket: number;
  readonly toBucket: number;
  /** Wall clock minutes since midnight at `fromBucket`. */
  readonly wallMinute: number;
  readonly offsetMinutes: number;
}

/** One local date of a zone on the bucket grid: 288 buckets, or 276, 282, 294 or 300 where the clocks change. */
export interface LocalDay {
  readonly date: string;
  readonly weekday: Weekday;
  readonly zone: string;
  /** Number of the day's first bucket since the Unix epoch. */
  readonly firstBucket: number;
  readonly bucketCount: number;
  readonly segments: readonly DaySegment[];
}

/** Buckets `[from, to)`, counted from the first bucket of a day. */
export type BucketRange = readonly [from: number, to: number];

const cacheLimit = 4096;
const cache = new Map<string, LocalDay>();

/** The local day of a date in a zone; answers are kept, the oldest being dropped after 4,096. */
export function localDay(date: string, zone: string): LocalDay {
  const key = `${date} ${zone}`;
  const known = cache.get(key);
  if (known !== undefined) return known;
  if (cache.size >= cacheLimit) {
    const oldest = cache.keys().next();
    if (!oldest.done) cache.delete(oldest.value);
  }
  const day = expandLocalDay(date, zone);
  cache.set(key, day);
  return day;
}

function expandLocalDay(date: string, zone: string): LocalDay {
  const endMs = Temporal.PlainDate.from(addDays(date, 1)).toZonedDateTime(zone).epochMilliseconds;
  const start = Temporal.PlainDate.from(date).toZonedDateTime(zone);
  const firstBucket = Math.floor(start.epochMilliseconds / bucketMs);
  const segments: DaySegment[] = [];
  let at: Temporal.ZonedDateTime | null = start;
  while (at !== null && at.epochMilliseconds < endMs) {
    const next: Temporal.ZonedDateTime | null = at.getTimeZoneTransition('next');
    const untilMs = next === null ? endMs : Math.min(next.epochMilliseconds, endMs);
    segments.push({
      fromBucket: Math.floor(at.epochMilliseconds / bucketMs) - firstBucket,
      toBucket: Math.floor(untilMs / bucketMs) - firstBucket,
      wallMinute: at.hour * 60 + at.minute,
      offsetMinutes: at.offsetNanoseconds / 60_000_000_000,
    });
    at = next;
  }
  const bucketCount = Math.floor(endMs / bucketMs) - firstBucket;
  return { date, weekday: weekdayOf(date), zone, firstBucket, bucketCount, segments };
}

/**
 * The buckets of a day whose wall time lies in `[fromMinute, toMinute)`, minutes since midnight up to 1440. Skipped wall time gives nothing,
 * repeated wall time two ranges. Minutes off the grid are rounded inwards when the range opens time, outwards when it closes time.
 */
export function bucketsOfWallRange(
  day: LocalDay,
  fromMinute: number,
  toMinute: number,
  rounding: 'inwards' | 'outwards',
): BucketRange[] {
  const [roundFrom, roundTo] = rounding === 'inwards' ? [Math.ceil, Math.floor] : [Math.floor, Math.ceil];
  const ranges: BucketRange[] = [];
  for (const segment of day.segments) {
    const shift = segment.fromBucket - segment.wallMinute / minutesPerBucket;
    const from = Math.max(segment.fromBucket, roundFrom(fromMinute / minutesPerBucket + shift));
    const to = Math.min(segment.toBucket, roundTo(toMinute / minutesPerBucket + shift));
    if (from < to) ranges.push([from, to]);
  }
  return ranges;
}

/** The buckets at which the day's clocks show a wall time on the grid: none when it is skipped, two when it is repeated. */
export function bucketsOfWallMinute(day: LocalDay, minute: number): number[] {
  return bucketsOfWallRange(day, minute, minute + minutesPerBucket, 'inwards').map(([from]) => from);
}

/** Wall clock minutes since midnight at the start of a bucket, counted from the day's first. */
export function wallMinuteOf(day: LocalDay, bucket: number): number {
  const segment = segmentOf(day, bucket);
  return segment.wallMinute + (bucket - segment.fromBucket) * minutesPerBucket;
}

/** The start of every bucket of the day as text with its offset, `2026-04-01T09:30:00+01:00`: the table an encoder of slots looks up. */
export function bucketTexts(day: LocalDay): readonly string[] {
  const known = textTables.get(day);
  if (known !== undefined) return known;
  const texts = day.segments.flatMap((segment) => {
    const offset = offsetText(segment.offsetMinutes);
    return Array.from({ length: segment.toBucket - segment.fromBucket }, (_, index) => {
      const minute = segment.wallMinute + index * minutesPerBucket;
      return `${day.date}T${twoDigits(Math.floor(minute / 60))}:${twoDigits(minute % 60)}:00${offset}`;
    });
  });
  textTables.set(day, texts);
  return texts;
}

const textTables = new WeakMap<LocalDay, readonly string[]>();

function segmentOf(day: LocalDay, bucket: number): DaySegment {
  const segment = day.segments.find(({ fromBucket, toBucket }) => fromBucket <= bucket && bucket < toBucket);
  if (segment === undefined) throw new RangeError(`${day.date} has no bucket ${bucket} in ${day.zone}.`);
  return segment;
}

function offsetText(offsetMinutes: number): string {
  const absolute = Math.abs(offsetMinutes);
  return `${offsetMinutes < 0 ? '-' : '+'}${twoDigits(Math.floor(absolute / 60))}:${twoDigits(absolute % 60)}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
