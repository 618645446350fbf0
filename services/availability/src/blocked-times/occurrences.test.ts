import { Temporal } from 'temporal-polyfill';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addDays, daysBetween, formatInstant, parseInstant, startOfDay } from '@lido/runtime/time/zone.ts';
import { occurrences, recurrenceErrors } from './occurrences.ts';

const ms = (text: string): number => parseInstant(text) ?? Number.NaN;
const window = (from: string, to: string) => ({ fromMs: ms(from), toMs: ms(to) });
const told = (zone: string, windows: readonly { fromMs: number; toMs: number }[]) =>
  windows.map(({ fromMs, toMs }) => [fromMs, toMs].map((at) => formatInstant(at, zone).slice(5)).join(' '));
const every = (dateTo: string, days: string[] = [], dateFrom: string | null = null) => ({
  weekdays: days,
  dateFrom,
  dateTo,
});

describe('a recurrence', () => {
  test('keeps its wall time when the clocks change', () => {
    const nine = window('2026-03-27T09:00:00+00:00', '2026-03-27T09:30:00+00:00');
    expect(told('Europe/London', occurrences(nine, every('2026-03-30'), 'Europe/London'))).toEqual([
      '03-27T09:00:00+00:00 03-27T09:30:00+00:00',
      '03-28T09:00:00+00:00 03-28T09:30:00+00:00',
      '03-29T09:00:00+01:00 03-29T09:30:00+01:00',
      '03-30T09:00:00+01:00 03-30T09:30:00+01:00',
    ]);
  });

  test('leaves out what the clocks skip and has twice what they repeat', () => {
    const night = window('2026-03-01T01:15:00+00:00', '2026-03-01T01:45:00+00:00');
    const on = (date: string) => told('Europe/London', occurrences(night, every(date, [], date), 'Europe/London'));
    expect(on('2026-03-29')).toEqual([]);
    expect(on('2026-10-25')).toEqual([
      '10-25T01:15:00+01:00 10-25T01:45:00+01:00',
      '10-25T01:15:00+00:00 10-25T01:45:00+00:00',
    ]);
    const over = window('2026-03-01T00:30:00+00:00', '2026-03-01T03:00:00+00:00');
    const around = (date: string) => occurrences(over, every(date, [], date), 'Europe/London');
    expect(told('Europe/London', around('2026-03-29'))).toEqual(['03-29T00:30:00+00:00 03-29T03:00:00+01:00']);
    expect(told('Europe/London', around('2026-10-25'))).toEqual(['10-25T00:30:00+01:00 10-25T03:00:00+00:00']);
  });

  test('may run over midnight, also where midnight does not exist', () => {
    const late = window('2026-09-04T22:00:00-04:00', '2026-09-05T02:00:00-04:00');
    expect(told('America/Santiago', occurrences(late, every('2026-09-06'), 'America/Santiago'))).toEqual([
      '09-04T22:00:00-04:00 09-05T02:00:00-04:00',
      '09-05T22:00:00-04:00 09-06T02:00:00-03:00',
      '09-06T22:00:00-03:00 09-07T02:00:00-03:00',
    ]);
  });

  test('is on its weekdays only', () => {
    const nine = window('2026-05-04T09:00:00+01:00', '2026-05-04T10:00:00+01:00');
    const dates = occurrences(nine, every('2026-05-17', ['Monday', 'friday']), 'Europe/London').map(({ fromMs }) =>
      formatInstant(fromMs, 'Europe/London').slice(8, 10),
    );
    expect(dates).toEqual(['04', '08', '11', '15']);
  });

  test('has at most 366 days, its dates in order, known weekdays and a window of at most a day', () => {
    const nine = window('2026-05-04T09:00:00+01:00', '2026-05-04T10:00:00+01:00');
    const fieldsOf = (recurrence: ReturnType<typeof every>, of = nine) =>
      Object.keys(recurrenceErrors(of, recurrence, 'Europe/London'));
    expect(fieldsOf(every('2027-05-04'))).toEqual([]);
    expect(fieldsOf(every('2027-05-05'))).toEqual(['recurrence.date_to']);
    expect(fieldsOf(every('2026-05-03'))).toEqual(['recurrence.date_to']);
    expect(fieldsOf(every('2026-05-05', ['someday']))).toEqual(['recurrence.weekdays']);
    const two = window('2026-05-04T09:00:00+01:00', '2026-05-05T09:05:00+01:00');
    expect(fieldsOf(every('2026-05-09'), two)).toEqual(['end_time']);
    const whole = window('2026-03-28T00:00:00Z', '2026-03-29T00:00:00Z');
    expect(fieldsOf(every('2026-03-30'), whole)).toEqual([]);
  });
});

test('blocks exactly the minutes whose wall time is that of the first window, whatever the clocks do', () => {
  const scenario = fc.record({
    place: fc.constantFrom(
      ['Europe/London', '2026-03-28'] as const,
      ['Europe/London', '2026-10-24'] as const,
      ['America/Santiago', '2026-09-05'] as const,
      ['America/Santiago', '2026-04-04'] as const,
    ),
    from: fc.integer({ min: 0, max: 1_439 }),
    minutes: fc.integer({ min: 1, max: 1_440 }),
  });
  fc.assert(
    fc.property(scenario, ({ place: [zone, changeEve], from, minutes }) => {
      const day = addDays(changeEve, -3);
      const fromMs = startOfDay(day, zone) + from * 60_000;
      const windows = occurrences(
        { fromMs, toMs: fromMs + minutes * 60_000 },
        every(addDays(changeEve, 2), [], changeEve),
        zone,
      );
      for (let at = startOfDay(changeEve, zone); at < startOfDay(addDays(changeEve, 2), zone); at += 5 * 60_000) {
        const clock = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
        const minute = clock.hour * 60 + clock.minute;
        const days = daysBetween(changeEve, clock.toPlainDate().toString());
        const isWanted = (from <= minute && minute < from + minutes) || (days > 0 && minute + 1_440 < from + minutes);
        const isBlocked = windows.some((one) => one.fromMs <= at && at < one.toMs);
        expect([clock.toString(), isBlocked]).toEqual([clock.toString(), isWanted]);
      }
    }),
    { numRuns: 60 },
  );
});
