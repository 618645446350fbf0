import { describe, expect, test } from 'vitest';
import type { PriceRule } from './model.ts';
import { priceRuleFor } from './price.ts';

const monday = '2026-06-15';
const noon = 12 * 60;

function rule(amountMinor: number, changes: Partial<PriceRule> = {}): PriceRule {
  return {
    dateFrom: null,
    dateTo: null,
    weekdays: [],
    timeFrom: null,
    timeTo: null,
    durationMinutes: null,
    amountMinor,
    createdAtMs: 0,
    ...changes,
  };
}

const price = (rules: readonly PriceRule[], minute = noon) => priceRuleFor(rules, monday, minute, 60)?.amountMinor;

describe('the most specific rule wins', () => {
  test.each([
    [
      'a duration beats time, weekday and dates together',
      rule(1, { durationMinutes: 60 }),
      rule(2, { timeFrom: '09:00', weekdays: ['monday'], dateFrom: monday }),
    ],
    [
      'a time beats weekday and dates',
      rule(1, { timeTo: '13:00' }),
      rule(2, { weekdays: ['monday'], dateFrom: monday }),
    ],
    ['a weekday beats dates', rule(1, { weekdays: ['monday'] }), rule(2, { dateFrom: monday, dateTo: monday })],
    ['dates beat nothing', rule(1, { dateTo: monday }), rule(2, { createdAtMs: 9 })],
    [
      'all seven weekdays are as good as none',
      rule(1, { dateTo: monday }),
      rule(2, { weekdays: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] }),
    ],
    [
      'a bound that covers the duration beats time, weekday and dates together',
      rule(1, { maxDurationMinutes: 60 }),
      rule(2, { timeFrom: '09:00', weekdays: ['monday'], dateFrom: monday }),
    ],
    [
      'of two bounds the shorter',
      rule(1, { maxDurationMinutes: 60 }),
      rule(2, { maxDurationMinutes: 90, timeTo: '13:00' }),
    ],
    ['the duration itself beats its bound', rule(1, { durationMinutes: 60 }), rule(2, { maxDurationMinutes: 60 })],
    ['among equals the newest', rule(1, { createdAtMs: 2 }), rule(2, { createdAtMs: 1 })],
  ])('%s', (_, winner, loser) => {
    expect(price([winner, loser])).toBe(1);
    expect(price([loser, winner])).toBe(1);
  });
});

test('a time range holds its start and not its end; dates hold both ends', () => {
  const rules = [rule(1, { timeFrom: '10:00', timeTo: '12:00', dateFrom: monday, dateTo: monday })];
  expect(price(rules, 10 * 60)).toBe(1);
  expect(price(rules, noon - 5)).toBe(1);
  expect(price(rules, noon)).toBeUndefined();
});

test('a rule for another duration, weekday or date does not price a start', () => {
  expect(price([rule(1, { durationMinutes: 30 })])).toBeUndefined();
  expect(price([rule(1, { maxDurationMinutes: 55 })])).toBeUndefined();
  expect(price([rule(1, { weekdays: ['tuesday'] })])).toBeUndefined();
  expect(price([rule(1, { dateFrom: '2026-06-16' })])).toBeUndefined();
  expect(priceRuleFor([rule(1, { durationMinutes: 30 })], monday, noon, null)).toBeUndefined();
});
