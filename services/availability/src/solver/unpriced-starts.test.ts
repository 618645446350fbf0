import { weekdays } from '@lido/runtime/time/zone.ts';
import { describe, expect, test } from 'vitest';
import { compileSite } from './compile-site.ts';
import type { AppointmentType, PriceRule } from './model.ts';
import { sampleDate, sampleSite, sampleType } from './sample-site.ts';
import { findUnpricedStarts, type UnpricedDate } from './unpriced-starts.ts';

const price = (changes: Partial<PriceRule>): PriceRule => ({
  dateFrom: null,
  dateTo: null,
  weekdays: [],
  timeFrom: null,
  timeTo: null,
  durationMinutes: null,
  amountMinor: 6000,
  createdAtMs: 0,
  ...changes,
});

/** What lacks a price in a fortnight from a Monday at a site that is open from 8 to 20, where a start is possible every hour. */
function check(type: AppointmentType, firstDate = sampleDate): UnpricedDate[] {
  return findUnpricedStarts([compileSite(sampleSite(), firstDate, 14)], type);
}

describe('a type', () => {
  test('whose rules cover everything lacks nothing', () => {
    expect(check(sampleType())).toEqual([]);
  });

  test('without any price lacks one for each start that ends before the site closes, on every date', () => {
    const missing = check(sampleType({ priceRules: [] }));
    expect(missing).toHaveLength(14);
    expect(missing[0]).toMatchObject({ date: sampleDate, weekday: 'monday', durations: [60] });
    expect([missing[0]?.times.length, missing[0]?.times[0], missing[0]?.times.at(-1)]).toEqual([12, '08:00', '19:00']);
  });

  test('lacks the weekdays, times and durations that its rules leave out', () => {
    const workdays = weekdays.filter((weekday) => weekday !== 'sunday');
    const rules = [
      price({ weekdays: workdays, timeTo: '18:00', durationMinutes: 60 }),
      price({ weekdays: workdays, durationMinutes: 30 }),
      price({ weekdays: ['sunday'] }),
    ];
    const missing = check(sampleType({ durationsMinutes: [60, 30], priceRules: rules }));
    expect(missing).toHaveLength(12);
    expect(missing[0]).toEqual({ date: sampleDate, weekday: 'monday', times: ['18:00', '19:00'], durations: [60] });
  });

  test('lacks nothing where it is not on offer', () => {
    const weekend = { dateFrom: null, dateTo: null, weekdays: ['saturday', 'sunday'] as const };
    const open = { ...weekend, timeFrom: '10:00', timeTo: '12:00', isAvailable: true };
    const missing = check(sampleType({ availabilityRules: [open], priceRules: [price({ weekdays: ['sunday'] })] }));
    expect(missing.map(({ date, times }) => [date, times])).toEqual([
      ['2026-06-20', ['10:00', '11:00']],
      ['2026-06-27', ['10:00', '11:00']],
    ]);
  });

  test('at several sites lacks what any of them lacks', () => {
    const late = weekdays.map((weekday) => ({ weekday, timeFrom: '20:00', timeTo: '22:00' }));
    const sites = [sampleSite(), sampleSite({ openingHours: late })].map((site) => compileSite(site, sampleDate, 1));
    const missing = findUnpricedStarts(sites, sampleType({ priceRules: [price({ timeTo: '19:00' })] }));
    expect(missing.map(({ times }) => times)).toEqual([['19:00', '20:00', '21:00']]);
  });
});

test('a wall time that comes twice when the clocks go back is named once', () => {
  const night = weekdays.map((weekday) => ({ weekday, timeFrom: '00:00', timeTo: '03:00' }));
  const site = compileSite(sampleSite({ openingHours: night }), '2026-10-25', 1);
  const [sunday] = findUnpricedStarts([site], sampleType({ priceRules: [] }));
  expect(sunday?.times).toEqual(['00:00', '01:00', '02:00']);
});
