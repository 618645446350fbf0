import { describe, expect, test } from 'vitest';
import { occupancyRange } from './occupancy-range.ts';

const zone = 'Europe/London';
const now = Date.parse('2026-06-10T23:30:00Z');
const range = (request: object) => occupancyRange(request, zone, now);
const at = (text: string): number => Date.parse(text);

describe('occupancyRange', () => {
  test('is the week that ends today by the site’s clocks, when nothing is asked for', () => {
    expect(range({})).toMatchObject({
      ...{ dateFrom: '2026-06-05', dateTo: '2026-06-11' },
      ...{ fromMs: at('2026-06-04T23:00:00Z'), toMs: at('2026-06-11T23:00:00Z') },
    });
    expect(range({ dateFrom: '', dateTo: null })).toEqual(range({}));
  });

  test('is a week from or until a single bound', () => {
    expect(range({ dateFrom: '2026-02-26' })).toMatchObject({ dateFrom: '2026-02-26', dateTo: '2026-03-04' });
    expect(range({ dateTo: '2026-03-04' })).toMatchObject({ dateFrom: '2026-02-26', dateTo: '2026-03-04' });
  });

  test('covers both its dates whole, an hour less where the clocks are put forward', () => {
    expect(range({ dateFrom: '2026-03-29', dateTo: '2026-03-29T12:00:00Z' })).toMatchObject({
      ...{ fromMs: at('2026-03-29T00:00:00Z'), toMs: at('2026-03-29T23:00:00Z') },
    });
  });

  test('is cut to the minute by instants, which win over dates', () => {
    const instants = { dateTimeFrom: '2026-06-01T09:00:00+01:00', dateTimeTo: '2026-06-02T00:00:00+01:00' };
    expect(range({ ...instants, dateFrom: '2020-01-01', dateTo: '2020-01-02' })).toMatchObject({
      ...{ dateFrom: '2026-06-01', dateTo: '2026-06-01' },
      ...{ fromMs: at('2026-06-01T08:00:00Z'), toMs: at('2026-06-01T23:00:00Z') },
    });
    expect(range({ dateTimeFrom: '2026-06-01', dateTimeTo: '2026-06-01' })).toMatchObject({
      ...{ fromMs: at('2026-05-31T23:00:00Z'), toMs: at('2026-06-01T23:00:00Z') },
    });
  });

  test('may be a year and a day, not more, and must not end before it begins', () => {
    expect(range({ dateFrom: '2026-01-01', dateTo: '2027-01-01' })).toMatchObject({ dateTo: '2027-01-01' });
    expect(range({ dateFrom: '2026-01-01', dateTo: '2027-01-02' })).toHaveProperty('date_to');
    expect(range({ dateFrom: '2026-01-02', dateTo: '2026-01-01' })).toHaveProperty('date_to');
    const instant = '2026-06-01T09:00:00Z';
    expect(range({ dateTimeFrom: instant, dateTimeTo: instant })).toHaveProperty('date_time_to');
  });
});
