import { expect, test } from 'vitest';
import { exportLimit } from './export.ts';

test.each([
  [-1, 1],
  [0, 1],
  [1, 1],
  [50, 50],
  [51, 50],
  [2_147_483_647, 50],
])('a page for which %d rows are asked has at most %d', (asked, limit) => {
  expect(exportLimit(asked, 50)).toBe(limit);
});
