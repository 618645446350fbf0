import { addDays } from '@lido/runtime/time/zone.ts';
import { describe, expect, test } from 'vitest';
import { applyClaim, compileSite, freeExpiredHolds, removeClaim } from './compile-site.ts';
import { findSlots } from './find-slots.ts';
import type { SiteModel, SlotQuery } from './model.ts';
import { findBookableDates } from './offering-dates.ts';
import { sampleClaim, sampleDate, sampleMs, samplePractitioner, sampleQuery, sampleSite } from './sample-site.ts';

const hoursOf = (site: ReturnType<typeof compileSite>, query: Partial<SlotQuery> = {}) =>
  findSlots(site, sampleQuery(query)).flatMap(({ slots }) => slots.map(({ startBucket }) => startBucket / 12));

const wholeDay = [9, 10, 11, 12, 13, 14, 15, 16];
const compile = (model: SiteModel) => compileSite(model, sampleDate, 3);

describe('claims', () => {
  test('take their time from the next search on, and give it back when removed', () => {
    const site = compile(sampleSite());
    expect(hoursOf(site)).toEqual(wholeDay);
    applyClaim(site, sampleClaim('a', 'anna'));
    expect(hoursOf(site)).toEqual([9, 11, 12, 13, 14, 15, 16]);
    removeClaim(site, 'a');
    removeClaim(site, 'unknown');
    expect(hoursOf(site)).toEqual(wholeDay);
  });

  test('replace the claim with their id, as when a booking moves', () => {
    const site = compile(sampleSite({ claims: [sampleClaim('a', 'anna')] }));
    applyClaim(site, sampleClaim('a', 'anna', { fromMs: sampleMs(15), toMs: sampleMs(16) }));
    expect(hoursOf(site)).toEqual([9, 10, 11, 12, 13, 14, 16]);
  });

  test('that share a bucket with a removed one keep it', () => {
    const site = compile(sampleSite({ claims: [sampleClaim('a', 'anna', { toMs: sampleMs(11, 2) })] }));
    applyClaim(site, sampleClaim('b', 'anna', { fromMs: sampleMs(11, 2), toMs: sampleMs(11, 30) }));
    removeClaim(site, 'a');
    expect(hoursOf(site)).toEqual([9, 10, 12, 13, 14, 15, 16]);
  });

  test('a hold counts until the instant it expires', () => {
    const site = compile(sampleSite({ claims: [sampleClaim('a', 'anna', { expiresAtMs: sampleMs(8) })] }));
    expect(hoursOf(site, { nowMs: sampleMs(8) - 1 })).not.toContain(10);
    expect(hoursOf(site, { nowMs: sampleMs(8) })).toContain(10);
    freeExpiredHolds(site, sampleMs(8));
    expect(site.claims.size).toBe(0);
  });

  test('of a guest who had none before keep the guest from being elsewhere, without a buffer', () => {
    const site = compile(sampleSite({}, { endBufferMinutes: 60 }));
    applyClaim(site, sampleClaim('a', 'guest'));
    expect(hoursOf(site, { guestIds: ['guest'] })).toEqual([9, 11, 12, 13, 14, 15, 16]);
    expect(hoursOf(site, { guestIds: ['somebody-else'] })).toEqual(wholeDay);
  });

  test('named by a query do not count in it, and count again in the next', () => {
    const claim = sampleClaim('a', 'anna', { bookingId: 'booking', itemId: 'item', orderId: 'order' });
    const site = compile(sampleSite({ claims: [claim] }));
    for (const query of [
      { excludeBookingIds: ['booking'] },
      { excludeItemIds: ['item'] },
      { excludeOrderIds: ['order'] },
    ]) {
      expect(hoursOf(site, query)).toEqual(wholeDay);
    }
    expect(hoursOf(site, { excludeBookingIds: ['item', 'other'] })).not.toContain(10);
  });

  test('outside the compiled days change nothing', () => {
    const site = compile(sampleSite());
    for (const [id, fromMs] of [
      ['past', sampleMs(-400)],
      ['future', sampleMs(4000)],
    ] as const) {
      applyClaim(site, sampleClaim(id, 'anna', { fromMs, toMs: fromMs + 3_600_000 }));
      expect(hoursOf(site)).toEqual(wholeDay);
      removeClaim(site, id);
    }
    expect(hoursOf(site)).toEqual(wholeDay);
  });
});

test('a daily maximum closes the rest of the day once it is reached, on that day only', () => {
  const restriction = {
    type: 'max_duration' as const,
    appliesTo: 'specific' as const,
    appointmentTypeIds: ['massage'],
    categoryIds: [],
    dateFrom: null,
    dateTo: null,
    maxDurationMinutes: 120,
  };
  const site = compile(sampleSite({ practitioners: [samplePractitioner('anna', { restrictions: [restriction] })] }));
  const booked = { appointmentTypeId: 'massage', durationMinutes: 60 };
  const tomorrow = addDays(sampleDate, 1);
  applyClaim(site, sampleClaim('a', 'anna', booked));
  expect(hoursOf(site)).toEqual([9, 11, 12, 13, 14, 15, 16]);
  applyClaim(site, sampleClaim('b', 'anna', { ...booked, fromMs: sampleMs(16), toMs: sampleMs(17) }));
  expect(hoursOf(site)).toEqual([]);
  expect(hoursOf(site, { dateFrom: tomorrow, dateTo: tomorrow })).toEqual(wholeDay);
  removeClaim(site, 'b');
  expect(hoursOf(site)).toEqual([9, 11, 12, 13, 14, 15, 16]);
});

test('a claim in the evening uses up a daily maximum for the morning before it', () => {
  const restriction = {
    type: 'max_duration' as const,
    appliesTo: 'specific' as const,
    appointmentTypeIds: ['massage'],
    categoryIds: [],
    dateFrom: null,
    dateTo: null,
    maxDurationMinutes: 60,
  };
  const site = compile(sampleSite({ practitioners: [samplePractitioner('anna', { restrictions: [restriction] })] }));
  for (const dayIndex of [0, 1, 2]) {
    const date = addDays(sampleDate, dayIndex);
    const query = sampleQuery({ dateFrom: date, dateTo: date });
    expect(findBookableDates(site, query)[0]?.hasAvailability).toBe(true);
    const fromMs = sampleMs(22 + 24 * dayIndex);
    const toMs = fromMs + 3_600_000;
    applyClaim(site, sampleClaim(date, 'anna', { appointmentTypeId: 'massage', durationMinutes: 60, fromMs, toMs }));
    expect(findBookableDates(site, query)[0]?.hasAvailability).toBe(false);
  }
});

test('an appointment may run past midnight into the day after the last compiled one', () => {
  const rules = [{ weekday: 'monday' as const, weekNum: 1, timeFrom: '23:00', timeTo: '24:00' }];
  const late = [...rules, { weekday: 'tuesday' as const, weekNum: 1, timeFrom: '00:00', timeTo: '01:00' }];
  const rota = { startDate: null, endDate: null, weekIntervalWeeks: 1, rules: late };
  const openingHours = late.map(({ weekday, timeFrom, timeTo }) => ({ weekday, timeFrom, timeTo }));
  const model = sampleSite(
    { openingHours, practitioners: [samplePractitioner('anna', { rotas: [rota] })] },
    { startTimeIntervalMinutes: 30 },
  );
  expect(hoursOf(compileSite(model, sampleDate, 1))).toEqual([23, 23.5]);
});

test('dates tell the first and the last bookable start', () => {
  const site = compile(sampleSite({ openingExceptions: [{ date: addDays(sampleDate, 1), intervals: [] }] }));
  expect(findBookableDates(site, sampleQuery({ dateTo: addDays(sampleDate, 1) }))).toEqual([
    { date: sampleDate, hasAvailability: true, bookableFromMs: sampleMs(9), bookableToMs: sampleMs(16) },
    { date: addDays(sampleDate, 1), hasAvailability: false, bookableFromMs: null, bookableToMs: null },
  ]);
});

describe('what the compiled site cannot answer is refused, never answered as empty', () => {
  const site = compile(sampleSite());
  test.each([
    ['dates before the compiled days', { dateFrom: addDays(sampleDate, -1) }],
    ['dates after them', { dateTo: addDays(sampleDate, 3) }],
    ['an unknown type', { appointmentTypeId: 'unknown' }],
    ['a duration off the grid', { durationMinutes: 61 }],
    ['a duration of more than a day', { durationMinutes: 1445 }],
  ])('%s', (_, query) => expect(() => findSlots(site, sampleQuery(query))).toThrow(RangeError));

  test('a horizon of more than 366 days', () => {
    expect(() => compileSite(sampleSite(), sampleDate, 367)).toThrow(RangeError);
  });
});
