import { bucketMs } from '@lido/runtime/time/local-day.ts';
import { addDays, startOfDay, weekdays } from '@lido/runtime/time/zone.ts';
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, test } from 'vitest';
import type { CustomAvailability, RotaRule } from '../solver/model.ts';
import { workingBits } from '../solver/open-time.ts';
import { addUp, type BusyTime, countOccupancy, horizonOf } from './count-occupancy.ts';
import type { OccupancyRange } from './occupancy-range.ts';

const minute = 60_000;
const zones = ['Europe/London', 'America/New_York', 'America/Santiago', 'Australia/Lord_Howe', 'Africa/Cairo'];
// A change of the clocks of each zone lies in the days around one of these.
const changeDates = ['2026-03-29', '2026-10-25', '2026-03-08', '2026-09-06', '2026-10-04', '2026-04-24', '2025-11-02'];

const wallMinute = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
const wallText = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

/** Looks at each five minutes of the range on its own. */
function countNaively(
  { zone, fromMs, toMs, dateFrom, dateTo }: OccupancyRange,
  rules: readonly RotaRule[],
  custom: readonly CustomAvailability[],
  busy: readonly BusyTime[],
  places: number,
): object[] {
  const rows: { date: string; available: number; booked: number; blocked: number }[] = [];
  for (let date = dateFrom; date <= dateTo; date = addDays(date, 1)) {
    rows.push({ date, available: 0, booked: 0, blocked: 0 });
  }
  for (let at = fromMs; at < toMs; at += bucketMs) {
    const wall = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
    const row = rows.find(({ date }) => date === wall.toPlainDate().toString());
    const now = wall.hour * 60 + wall.minute;
    const touches = (time: { fromMs: number; toMs: number }): boolean => time.fromMs < at + bucketMs && at < time.toMs;
    const covers = (time: { fromMs: number; toMs: number }): boolean => time.fromMs <= at && at + bucketMs <= time.toMs;
    let works = rules.some(
      (rule) =>
        rule.weekday === weekdays[wall.dayOfWeek - 1] &&
        wallMinute(rule.timeFrom) <= now &&
        now + 5 <= wallMinute(rule.timeTo),
    );
    if (custom.some((entry) => !entry.isAvailable && touches(entry))) works = false;
    if (custom.some((entry) => entry.isAvailable && covers(entry))) works = true;
    const free = Array.from({ length: places }, () => 'free');
    for (const use of ['booked', 'blocked'] as const) {
      for (const time of busy.filter((one) => one.use === use && touches(one))) {
        for (let place = 0; place < time.places && free.includes('free'); place++) free[free.indexOf('free')] = use;
      }
    }
    if (!row) continue;
    if (works) row.available += 5 * places;
    row.booked += 5 * free.filter((place) => place === 'booked').length;
    if (works) row.blocked += 5 * free.filter((place) => place === 'blocked').length;
  }
  return rows.map(({ available, booked, blocked }) => ({
    availableMinutes: available,
    bookedMinutes: booked,
    blockedMinutes: blocked,
  }));
}

const stretch = fc.record({
  startMinute: fc.integer({ min: -1500, max: 6000 }),
  length: fc.integer({ min: 1, max: 700 }),
});
const rule: fc.Arbitrary<RotaRule> = fc
  .tuple(fc.constantFrom(...weekdays), fc.integer({ min: 0, max: 287 }), fc.integer({ min: 1, max: 150 }))
  .map(([weekday, from, length]) => ({
    weekday,
    timeFrom: wallText(from * 5),
    timeTo: wallText(Math.min(1439, (from + length) * 5)),
    weekNum: 1,
  }));

describe('countOccupancy', () => {
  test('counts what looking at each five minutes counts, on days when the clocks change too', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.constantFrom(...changeDates),
        fc.array(rule, { maxLength: 8 }),
        fc.array(fc.tuple(stretch, fc.boolean()), { maxLength: 3 }),
        fc.array(
          fc.tuple(stretch, fc.constantFrom('booked' as const, 'blocked' as const), fc.integer({ min: 1, max: 3 })),
          { maxLength: 6 },
        ),
        fc.integer({ min: 1, max: 4 }),
        fc.tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 100 })),
        (zone, changeDate, rules, absences, taken, places, [fromBucket, toBucket]) => {
          const [dateFrom, dateTo] = [addDays(changeDate, -1), addDays(changeDate, 1)];
          const startMs = startOfDay(dateFrom, zone);
          const at = ({ startMinute, length }: { startMinute: number; length: number }) => ({
            fromMs: startMs + startMinute * minute,
            toMs: startMs + (startMinute + length) * minute,
          });
          const custom = absences.map(([time, isAvailable]) => ({ ...at(time), isAvailable }));
          const busy = taken.map(([time, use, count]) => ({ ...at(time), resourceId: 'p', use, places: count }));
          const range = {
            ...{ zone, dateFrom, dateTo },
            fromMs: startMs + fromBucket * bucketMs,
            toMs: startOfDay(addDays(dateTo, 1), zone) - toBucket * bucketMs,
          };
          const horizon = horizonOf(range);
          const practitioner = {
            ...{ id: 'p', name: 'P', canOfferTags: [], restrictions: [], customAvailability: custom },
            rotas: [{ startDate: null, endDate: null, weekIntervalWeeks: 1, rules }],
          };
          const work = workingBits(horizon, practitioner);
          const counts = countOccupancy(horizon, range, { work, places }, busy);
          expect(counts).toMatchObject(countNaively(range, rules, custom, busy, places));
        },
      ),
      { numRuns: 60 },
    );
  });

  test('shows as percent what is booked of the time that is not blocked', () => {
    const part = (availableMinutes: number, bookedMinutes: number, blockedMinutes: number) =>
      addUp([{ availableMinutes, bookedMinutes, blockedMinutes, occupancyPercent: 0 }]).occupancyPercent;
    expect(part(480, 120, 0)).toBe(25);
    expect(part(480, 120, 120)).toBe(33.3);
    expect(part(480, 0, 480)).toBe(0);
    expect(part(0, 60, 0)).toBe(100);
    expect(part(60, 90, 0)).toBe(150);
    expect(addUp([]).occupancyPercent).toBe(0);
  });
});
