import { expect, test } from 'vitest';
import { formatMoney } from './format-money.ts';

test.each([
  [4_500, 'gbp', '45.00 GBP'],
  [5, 'EUR', '0.05 EUR'],
  [4_500, 'JPY', '4500 JPY'],
  [4_500, 'KWD', '4.500 KWD'],
  [123_456_789, 'USD', '1234567.89 USD'],
])('%i of the smallest unit of %s is %s', (minor, currency, text) => {
  expect(formatMoney(minor, currency)).toBe(text);
});
