import { expect, test } from 'vitest';
import { benchRow } from './bench-row.ts';
import { readOptions } from './bench-options.ts';
import { formatTable } from './format-table.ts';
import { median, percentile } from './statistics.ts';

const row = { name: 'hop', figure: 30, unit: 'ms' };

test('a bar is met up to and at its value, on the figure or on the ratio', () => {
  const met = (of: 'figure' | 'ratio', is: '<=' | '>=', value: number) =>
    benchRow({ ...row, against: 10, bar: { of, is, value } }).isMet;
  expect([met('figure', '<=', 30), met('figure', '<=', 29), met('figure', '>=', 31)]).toEqual([true, false, false]);
  expect([met('ratio', '<=', 3), met('ratio', '<=', 2), met('ratio', '>=', 3)]).toEqual([true, false, true]);
});

test('a bar on a ratio without a counterpart is missed, and so is one on a figure that is no number', () => {
  expect(benchRow({ ...row, bar: { of: 'ratio', is: '>=', value: 0 } }).isMet).toBe(false);
  expect(benchRow({ ...row, figure: Number.NaN, bar: { of: 'figure', is: '<=', value: 50 } }).isMet).toBe(false);
});

test('a row without a bar is neither met nor missed', () => {
  expect(benchRow(row)).toEqual({ ...row, against: null, ratio: null });
});

test('the middle and the percentiles are values that were measured', () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(percentile([4, 3, 2, 1], 0.99)).toBe(4);
  expect(median([])).toBeNaN();
});

test('the table says what was missed', () => {
  const missed = benchRow({ ...row, against: 10, bar: { of: 'ratio', is: '<=', value: 2 } });
  expect(formatTable([missed]).split('\n').at(-1)).toMatch(/^hop +30 ms +10 ms +3\.00 x +ratio <= 2 +MISSED$/);
});

test('options are read, and a measurement that does not exist is refused with those that do', () => {
  expect(readOptions(['--only', 'codec,kernel', '--strict', '--json', 'x'], ['codec', 'kernel'])).toEqual({
    json: 'x',
    strict: true,
    only: ['codec', 'kernel'],
  });
  expect(() => readOptions(['--only', 'all'], ['codec', 'kernel'])).toThrow('--only takes some of: codec, kernel.');
  expect(() => readOptions(['--fast'], [])).toThrow('npm run bench -- [--json FILE]');
});
