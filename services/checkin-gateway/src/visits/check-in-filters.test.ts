import { expect, test } from 'vitest';
import { filtersOf } from './check-in-filters.ts';

test('a date is the whole local day of the site, also when its clocks change', () => {
  const request = { customerId: [], checkedInAtFrom: '2026-03-29', checkedInAtTo: '2026-03-29' };
  expect(filtersOf(request, 'Europe/London')).toEqual([
    { checkedInAt: { $gte: new Date('2026-03-29T00:00:00Z'), $lt: new Date('2026-03-29T23:00:00Z') } },
  ]);
});

test('an instant is a bound itself, whatever offset it is written with', () => {
  const request = { customerId: [], dateFrom: '2026-06-01T10:00:00+02:00', dateTo: '2026-06-01T09:00:00Z' };
  const bounds = { $gte: new Date('2026-06-01T08:00:00Z'), $lte: new Date('2026-06-01T09:00:00Z') };
  expect(filtersOf(request, 'UTC')).toEqual([{ $or: [{ checkedInAt: bounds }, { checkedOutAt: bounds }] }]);
});

test('a request that asks for nothing filters nothing', () => {
  expect(filtersOf({ customerId: [] }, 'UTC')).toEqual([]);
});
