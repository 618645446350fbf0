import { describe, expect, test } from 'vitest';
import { bucketMs, bucketsOfWallMinute, bucketsOfWallRange, bucketTexts, localDay, wallMinuteOf } from './local-day.ts';
import { formatInstant, startOfDay } from './zone.ts';

/** Zone, the day the clocks go forward with its skipped wall times, the day they go back with its repeated ones (minutes). */
const changes = [
  ['Europe/London', '2026-03-29', 276, [60, 115], '2026-10-25', 300, [60, 115]],
  ['Europe/Berlin', '2026-03-29', 276, [120, 175], '2026-10-25', 300, [120, 175]],
  ['America/New_York', '2026-03-08', 276, [120, 175], '2026-11-01', 300, [60, 115]],
  ['America/Santiago', '2026-09-06', 276, [0, 55], '2026-04-04', 300, [1380, 1435]],
  ['Australia/Lord_Howe', '2026-10-04', 282, [120, 145], '2026-04-05', 294, [90, 115]],
  ['Africa/Cairo', '2026-04-24', 276, [0, 55], '2026-10-29', 300, [1380, 1435]],
] as const;

describe.each(changes)('%s', (zone, springDate, springCount, skipped, autumnDate, autumnCount, repeated) => {
  test('wall times skipped in spring do not exist, their neighbours do', () => {
    const day = localDay(springDate, zone);
    expect(day.bucketCount).toBe(springCount);
    for (const minute of skipped) expect(bucketsOfWallMinute(day, minute)).toEqual([]);
    expect(bucketsOfWallMinute(day, skipped[1] + 5)).toHaveLength(1);
  });

  test('wall times repeated in autumn exist twice, with different offsets', () => {
    const day = localDay(autumnDate, zone);
    expect(day.bucketCount).toBe(autumnCount);
    for (const minute of repeated) {
      const buckets = bucketsOfWallMinute(day, minute);
      expect(buckets).toHaveLength(2);
      expect(new Set(buckets.map((bucket) => bucketTexts(day)[bucket])).size).toBe(2);
    }
    expect(bucketsOfWallMinute(day, repeated[0] - 5)).toHaveLength(1);
  });

  test('every bucket text is the instant as the zone writes it, on change days and the days around them', () => {
    for (const date of [springDate, autumnDate, '2026-07-01']) {
      const day = localDay(date, zone);
      expect(day.firstBucket * bucketMs).toBe(startOfDay(date, zone));
      const expected = Array.from({ length: day.bucketCount }, (_, index) =>
        formatInstant((day.firstBucket + index) * bucketMs, zone),
      );
      expect(bucketTexts(day)).toEqual(expected);
      expected.forEach((text, index) => {
        const minute = wallMinuteOf(day, index);
        expect(text.slice(11, 16)).toBe(
          `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`,
        );
      });
    }
  });

  test('the whole wall day covers every bucket', () => {
    for (const date of [springDate, autumnDate]) {
      const day = localDay(date, zone);
      const covered = bucketsOfWallRange(day, 0, 1440, 'inwards').reduce((sum, [from, to]) => sum + to - from, 0);
      expect(covered).toBe(day.bucketCount);
    }
  });
});

test('a normal day has 288 buckets and one segment', () => {
  const day = localDay('2026-06-15', 'Europe/London');
  expect(day).toMatchObject({ date: '2026-06-15', weekday: 'monday', bucketCount: 288 });
  expect(day.segments).toHaveLength(1);
});

test('a date that a zone skipped altogether has no buckets', () => {
  expect(localDay('2011-12-30', 'Pacific/Apia')).toMatchObject({ bucketCount: 0, segments: [] });
});

test('minutes off the grid are rounded inwards to open and outwards to close', () => {
  const day = localDay('2026-06-15', 'Europe/London');
  expect(bucketsOfWallRange(day, 541, 599, 'inwards')).toEqual([[109, 119]]);
  expect(bucketsOfWallRange(day, 541, 599, 'outwards')).toEqual([[108, 120]]);
  expect(bucketsOfWallRange(day, 541, 544, 'inwards')).toEqual([]);
});

test('a bucket outside the day is refused', () => {
  expect(() => wallMinuteOf(localDay('2026-06-15', 'Europe/London'), 288)).toThrow(RangeError);
});
