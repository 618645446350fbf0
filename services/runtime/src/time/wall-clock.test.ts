import { Temporal } from 'temporal-polyfill';
import { expect, test } from 'vitest';
import { wallClockAt } from './wall-clock.ts';

const byCalendar = (epochMs: number, zone: string): string =>
  Temporal.Instant.fromEpochMilliseconds(epochMs)
    .toZonedDateTimeISO(zone)
    .toString({ smallestUnit: 'second', timeZoneName: 'never' });
const shown = (epochMs: number, zone: string): string => {
  const wall = wallClockAt(epochMs, zone);
  return `${wall?.dateTime}${wall?.offset}`;
};
const zones = [
  'Europe/London',
  'America/Santiago',
  'Australia/Lord_Howe',
  'Africa/Cairo',
  'Asia/Kolkata',
  'Pacific/Apia',
  'UTC',
];

test.each(zones)('the clocks of %s show what its calendar says, also around each change of them', (zone) => {
  const start = Temporal.Instant.fromEpochMilliseconds(Date.UTC(1985)).toZonedDateTimeISO(zone);
  const instants = Array.from({ length: 400 }, (_, index) => Date.UTC(1985) + index * 79 * 86_399_977);
  for (let at = start.getTimeZoneTransition('next'); at && at.year < 2040; at = at.getTimeZoneTransition('next')) {
    instants.push(at.epochMilliseconds - 1, at.epochMilliseconds, at.epochMilliseconds + 1);
  }
  expect(instants.map((at) => shown(at, zone))).toEqual(instants.map((at) => byCalendar(at, zone)));
});

test('years far away are left to the calendar', () => {
  expect(wallClockAt(Date.UTC(1890), 'Europe/London')).toBeUndefined();
  expect(wallClockAt(Date.UTC(2150), 'Europe/London')).toBeUndefined();
});
