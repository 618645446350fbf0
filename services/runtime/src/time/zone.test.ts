import { describe, expect, test } from 'vitest';
import {
  addDays,
  addDuration,
  dateOf,
  daysBetween,
  formatInstant,
  formatUtcMs,
  formatWallTime,
  isTimeZone,
  localDateOf,
  parseDate,
  parseInstant,
  parseWallTime,
  startOfDay,
  weekdayOf,
} from './zone.ts';

describe('instants', () => {
  const morning = Date.UTC(2026, 3, 1, 8, 30, 15, 250);

  test('are written in the zone with its offset, to the second', () => {
    expect(formatInstant(morning, 'Europe/London')).toBe('2026-04-01T09:30:15+01:00');
    expect(formatInstant(morning, 'America/New_York')).toBe('2026-04-01T04:30:15-04:00');
    expect(formatInstant(morning, 'UTC')).toBe('2026-04-01T08:30:15+00:00');
  });

  test('are written in UTC with milliseconds', () => {
    expect(formatUtcMs(morning)).toBe('2026-04-01T08:30:15.250Z');
    expect(formatUtcMs(0)).toBe('1970-01-01T00:00:00.000Z');
  });

  test.each([
    ['2026-04-01T09:30:15.25+01:00', morning],
    ['2026-04-01T08:30:15.250Z', morning],
    ['2026-04-01T09:30+0100', morning - 15_250],
  ])('%s is read', (text, expected) => expect(parseInstant(text)).toBe(expected));

  test.each(['2026-04-01T09:30:00', '2026-04-01', '2026-02-30T00:00:00Z', '2026-04-01T25:00:00Z', 'tomorrow', ''])(
    '%s is no instant',
    (text) => expect(parseInstant(text)).toBeUndefined(),
  );
});

describe('dates', () => {
  test('only real dates written YYYY-MM-DD are accepted', () => {
    expect(parseDate('2028-02-29')).toBe('2028-02-29');
    for (const text of ['2026-02-29', '2026-13-01', '2026-4-1', '2026-04-01T00:00:00Z', '']) {
      expect(parseDate(text)).toBeUndefined();
    }
  });

  test('dateOf takes the date part of a date-time as written', () => {
    expect(dateOf('2026-04-01T23:30:00-11:00')).toBe('2026-04-01');
    expect(dateOf('2026-04-01')).toBe('2026-04-01');
    expect(dateOf('2026-04-01nonsense')).toBeUndefined();
    expect(dateOf('2026-02-30T10:00:00Z')).toBeUndefined();
  });

  test('calendar arithmetic crosses months, years and leap days', () => {
    expect(addDays('2028-02-28', 2)).toBe('2028-03-01');
    expect(addDays('2026-01-01', -1)).toBe('2025-12-31');
    expect(daysBetween('2026-01-01', '2027-01-01')).toBe(365);
    expect(daysBetween('2026-01-02', '2026-01-01')).toBe(-1);
    expect(weekdayOf('2026-03-29')).toBe('sunday');
    expect(weekdayOf('1969-12-31')).toBe('wednesday');
  });

  test('calendar arithmetic goes on after the last date of four digits', () => {
    const next = addDays('9999-12-31', 1);
    expect(startOfDay(next, 'UTC')).toBe(Date.UTC(10_000, 0, 1));
    expect(addDays(next, -1)).toBe('9999-12-31');
  });

  test('the local date follows the zone, not UTC', () => {
    const lateEvening = Date.UTC(2026, 3, 1, 23, 30);
    expect(localDateOf(lateEvening, 'Europe/London')).toBe('2026-04-02');
    expect(localDateOf(lateEvening, 'America/New_York')).toBe('2026-04-01');
  });

  test('a day begins at 01:00 where the clocks skip midnight', () => {
    expect(formatInstant(startOfDay('2026-09-06', 'America/Santiago'), 'America/Santiago')).toBe(
      '2026-09-06T01:00:00-03:00',
    );
  });
});

describe('durations', () => {
  test('a month is a calendar month and ends on its last day', () => {
    const from = Date.UTC(2026, 0, 31, 10);
    expect(formatUtcMs(addDuration(from, 'P1M', 'Europe/London'))).toBe('2026-02-28T10:00:00.000Z');
  });

  test('a day keeps the wall time across a clock change, 24 hours do not', () => {
    const noonBefore = Date.UTC(2026, 2, 28, 12);
    expect(formatInstant(addDuration(noonBefore, 'P1D', 'Europe/London'), 'Europe/London')).toBe(
      '2026-03-29T12:00:00+01:00',
    );
    expect(formatInstant(addDuration(noonBefore, 'PT24H', 'Europe/London'), 'Europe/London')).toBe(
      '2026-03-29T13:00:00+01:00',
    );
  });
});

test('only names of the tz database are time zones', () => {
  for (const zone of ['Europe/London', 'UTC', 'America/Argentina/Buenos_Aires']) expect(isTimeZone(zone)).toBe(true);
  for (const text of ['+01:00', 'Mars/Olympus', '', 'Europe/London[x]', '2026-01-01'])
    expect(isTimeZone(text)).toBe(false);
});

test('wall times run from 00:00 to 24:00', () => {
  expect(parseWallTime('09:05')).toBe(545);
  expect(parseWallTime('24:00')).toBe(1440);
  for (const text of ['24:01', '9:00', '10:60', 'noon']) expect(parseWallTime(text)).toBeUndefined();
  expect(formatWallTime(545)).toBe('09:05');
});
