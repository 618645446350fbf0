import { expect, test } from 'vitest';
import { billingFrom, lastDayOf } from './billing.ts';

test.each([
  ['2026-03-01', 'P1Y', '2027-02-28'],
  ['2026-01-31', 'P1M', '2026-02-27'],
  ['2026-06-15', 'P1W', '2026-06-21'],
])('a membership from %s that lasts %s ends on %s', (startDate, duration, endDate) => {
  expect(lastDayOf(startDate, duration)).toBe(endDate);
});

test.each([
  ['on its start date before it begins', '2026-07-01', null, 'P1M', { date: '2026-07-01', periodTo: '2026-07-31' }],
  ['on the day itself', '2026-06-15', null, 'P1M', { date: '2026-06-15', periodTo: '2026-07-14' }],
  [
    'on the last day of months that lack its day',
    '2026-01-31',
    null,
    'P1M',
    { date: '2026-06-30', periodTo: '2026-07-30' },
  ],
  ['once a year', '2025-06-14', null, 'P1Y', { date: '2027-06-14', periodTo: '2028-06-13' }],
  ['for no day after its end', '2026-01-20', '2026-06-30', 'P1M', { date: '2026-06-20', periodTo: '2026-06-30' }],
  ['no more when it ends before', '2026-01-01', '2026-06-30', 'P1M', undefined],
])('a membership is billed %s', (_title, startDate, endDate, frequency, billing) => {
  expect(billingFrom({ startDate, endDate }, frequency, '2026-06-15')).toEqual(billing);
});
