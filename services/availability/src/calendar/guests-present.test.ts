import { addDays, startOfDay } from '@lido/runtime/time/zone.ts';
import { describe, expect, test } from 'vitest';
import { countGuests, guestsPerHour, type Visit } from './guests-present.ts';

const dayOf = (date: string, zone: string) => ({
  zone,
  fromMs: startOfDay(date, zone),
  toMs: startOfDay(addDays(date, 1), zone),
});
const visit = (from: string, to: string, guestIds: string[], guests = guestIds.length): Visit => ({
  ...{ fromMs: Date.parse(from), toMs: Date.parse(to), guestIds, guests },
});

describe('countGuests', () => {
  test('counts a guest of several bookings once, and those without an id each time', () => {
    const one = visit('2026-01-05T10:00Z', '2026-01-05T11:00Z', ['ada', 'bea']);
    const another = visit('2026-01-05T12:00Z', '2026-01-05T13:00Z', ['ada'], 3);
    expect(countGuests([one, another])).toBe(4);
    expect(countGuests([])).toBe(0);
  });
});

describe('guestsPerHour', () => {
  test('counts those who are there at any time of an hour, and not those who leave when it begins', () => {
    const day = dayOf('2026-01-05', 'Europe/London');
    const hours = guestsPerHour([visit('2026-01-05T10:30Z', '2026-01-05T12:00Z', ['ada'])], day);
    expect(hours).toHaveLength(24);
    expect(hours.filter(({ guests }) => guests > 0)).toEqual([
      { time: '10:00', guests: 1 },
      { time: '11:00', guests: 1 },
    ]);
  });

  test.each([
    ['Europe/London', '2026-03-29', 23, '01:00', 0],
    ['Europe/London', '2026-10-25', 25, '01:00', 2],
    ['America/Santiago', '2026-09-06', 23, '00:00', 0],
    ['Australia/Lord_Howe', '2026-10-04', 24, '02:30', 1],
  ])('follows the clocks of %s on %s', (zone, date, count, time, times) => {
    const hours = guestsPerHour([], dayOf(date, zone));
    expect(hours).toHaveLength(count);
    expect(hours.filter((hour) => hour.time === time)).toHaveLength(times);
  });
});
