import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DoorSite } from './decision.ts';
import { isOpenAt, openWindows } from './opening-hours.ts';

const site: DoorSite = {
  id: 'site',
  zone: 'Europe/London',
  // 2026-06-01 is a Monday.
  openingHours: [
    { weekday: 'monday', timeFrom: '07:00', timeTo: '12:00' },
    { weekday: 'monday', timeFrom: '14:00', timeTo: '22:00' },
    { weekday: 'friday', timeFrom: '18:00', timeTo: '02:00' },
  ],
  openingExceptions: [
    { date: '2026-06-08', closed: true, timeFrom: null, timeTo: null },
    { date: '2026-06-15', closed: false, timeFrom: '10:00', timeTo: '11:00' },
  ],
};

test.each([
  ['the first minute', '2026-06-01T07:00:00+01:00', true],
  ['a minute before opening', '2026-06-01T06:59:00+01:00', false],
  ['the break between two intervals', '2026-06-01T13:00:00+01:00', false],
  ['the closing minute', '2026-06-01T22:00:00+01:00', false],
  ['a day without hours', '2026-06-02T12:00:00+01:00', false],
  ['after midnight of a night that runs over', '2026-06-06T01:59:00+01:00', true],
  ['the end of a night that runs over', '2026-06-06T02:00:00+01:00', false],
  ['a date that is closed', '2026-06-08T10:00:00+01:00', false],
  ['a date with hours of its own', '2026-06-15T10:30:00+01:00', true],
  ['the usual hours of a date with others', '2026-06-15T15:00:00+01:00', false],
])('at %s', (_, instant, isOpen) => {
  expect(isOpenAt(site, Date.parse(instant))).toBe(isOpen);
});

test('a site without hours is always open', () => {
  expect(isOpenAt({ ...site, openingHours: [], openingExceptions: [] }, 0)).toBe(true);
});

const minuteMs = 60_000;

test('the open parts of a window are those minutes at which the site is open, also when the clocks change', () => {
  const times = ['00:00', '00:30', '01:30', '02:30', '12:00', '23:00', '24:00'];
  const anyHours = fc.record({
    weekday: fc.constantFrom('saturday', 'sunday', 'monday'),
    timeFrom: fc.constantFrom(...times.slice(0, -1)),
    timeTo: fc.constantFrom(...times),
  });
  // Both changes of the year fall on a Sunday.
  const anyStart = fc.constantFrom('2026-03-28T12:00:00Z', '2026-10-24T12:00:00Z', '2026-06-06T12:00:00Z');
  fc.assert(
    fc.property(fc.array(anyHours, { maxLength: 4 }), anyStart, fc.nat(1_440), (openingHours, start, offset) => {
      const fromMs = Date.parse(start) + offset * minuteMs;
      const window = { fromMs, toMs: fromMs + 24 * 60 * minuteMs };
      const doors: DoorSite = { ...site, openingHours, openingExceptions: [] };
      const windows = openWindows(doors, window);
      for (let atMs = window.fromMs; atMs < window.toMs; atMs += 30 * minuteMs) {
        const isIn = windows.some(({ fromMs: from, toMs }) => from <= atMs && atMs < toMs);
        expect(isIn, new Date(atMs).toISOString()).toBe(isOpenAt(doors, atMs));
      }
    }),
    { numRuns: 100 },
  );
});
