import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, test } from 'vitest';
import { addDays, formatInstant, weekdayOf, weekdays } from '@lido/runtime/time/zone.ts';
import { occurrenceStarts, type Timetable } from './timetable.ts';

const daily = (startTimes: string[], extra: Partial<Timetable> = {}): Timetable => ({
  ...{ weekdays, startTimes, recurrenceStart: '2026-01-01', recurrenceEnd: null },
  ...extra,
});
const startsIn = (zone: string, timetable: Timetable, dateFrom: string, dateTo: string) =>
  occurrenceStarts(timetable, { zone, dateFrom, dateTo }).map((start) => formatInstant(start, zone));

describe('a timetable', () => {
  test('takes place on its weekdays at its times between its dates, both inclusive', () => {
    const timetable = daily(['18:30', '09:00'], {
      weekdays: ['monday', 'wednesday'],
      recurrenceStart: '2026-06-02',
      recurrenceEnd: '2026-06-08',
    });
    expect(startsIn('Europe/London', timetable, '2026-01-01', '2027-01-01')).toEqual([
      '2026-06-03T09:00:00+01:00',
      '2026-06-03T18:30:00+01:00',
      '2026-06-08T09:00:00+01:00',
      '2026-06-08T18:30:00+01:00',
    ]);
    expect(startsIn('Europe/London', timetable, '2026-06-04', '2026-06-07')).toEqual([]);
  });

  test('keeps its wall time over the change of the clocks', () => {
    expect(startsIn('Europe/London', daily(['09:00']), '2026-03-28', '2026-03-30')).toEqual([
      '2026-03-28T09:00:00+00:00',
      '2026-03-29T09:00:00+01:00',
      '2026-03-30T09:00:00+01:00',
    ]);
  });

  test.each([
    ['Europe/London', '01:30', '2026-03-29'],
    ['America/Santiago', '00:15', '2026-09-06'],
    ['Australia/Lord_Howe', '02:15', '2026-10-04'],
  ])('of %s does not take place at %s on %s, which the clocks skip', (zone, time, date) => {
    const dates = startsIn(zone, daily([time]), addDays(date, -1), addDays(date, 1)).map((start) => start.slice(0, 10));
    expect(dates).toEqual([addDays(date, -1), addDays(date, 1)]);
  });

  test.each([
    ['Europe/London', '01:30', '2026-10-25', '2026-10-25T01:30:00+01:00'],
    ['America/Santiago', '23:30', '2026-04-04', '2026-04-04T23:30:00-03:00'],
    ['Australia/Lord_Howe', '01:45', '2026-04-05', '2026-04-05T01:45:00+11:00'],
  ])('of %s takes place once at %s on %s, which the clocks repeat: the first time', (zone, time, date, expected) => {
    expect(startsIn(zone, daily([time]), date, date)).toEqual([expected]);
  });

  test('always starts at one of its wall times on one of its weekdays, never twice, and misses no day but for skipped times', () => {
    const zones = ['Europe/London', 'America/Santiago', 'Australia/Lord_Howe'];
    const time = fc
      .tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom('00', '15', '30', '45'))
      .map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${minute}`);
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.uniqueArray(time, { minLength: 1, maxLength: 3 }),
        fc.subarray([...weekdays], { minLength: 1 }),
        fc.integer({ min: 0, max: 330 }),
        (zone, startTimes, days, offset) => {
          const dateFrom = addDays('2026-01-01', offset);
          const dateTo = addDays(dateFrom, 20);
          const starts = startsIn(zone, daily(startTimes, { weekdays: days }), dateFrom, dateTo);
          expect(new Set(starts).size).toBe(starts.length);
          const expected = [];
          for (let date = dateFrom; date <= dateTo; date = addDays(date, 1)) {
            if (!days.includes(weekdayOf(date))) continue;
            for (const at of startTimes) if (exists(date, at, zone)) expected.push(`${date}T${at}`);
          }
          expect(starts.map((start) => start.slice(0, 16)).toSorted()).toEqual(expected.toSorted());
        },
      ),
      { numRuns: 60 },
    );
  });
});

function exists(date: string, time: string, zone: string): boolean {
  try {
    const [earlier, later] = (['earlier', 'later'] as const).map((disambiguation) =>
      Temporal.PlainDateTime.from(`${date}T${time}`).toZonedDateTime(zone, { disambiguation }),
    );
    return earlier?.toPlainTime().toString() === later?.toPlainTime().toString();
  } catch {
    return false;
  }
}
