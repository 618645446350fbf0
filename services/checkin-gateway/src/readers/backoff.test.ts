import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backoffMs } from './backoff.ts';

test('the wait doubles with each failure in a row, up to a minute', () => {
  expect([0, 1, 2, 6, 7, 50].map((failures) => backoffMs(failures, 1))).toEqual([
    ...[500, 1_000, 2_000, 32_000, 60_000, 60_000],
  ]);
});

test('the wait is never less than half of its length, nor more than all of it', () => {
  fc.assert(
    fc.property(fc.nat(100), fc.double({ min: 0, max: 1, noNaN: true }), (failures, random) => {
      const whole = backoffMs(failures, 1);
      expect(backoffMs(failures, random)).toBeGreaterThanOrEqual(whole / 2);
      expect(backoffMs(failures, random)).toBeLessThanOrEqual(whole);
    }),
  );
});
