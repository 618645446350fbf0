import { expect, test } from 'vitest';
import { createRateLimiter } from './rate-limiter.ts';

test('a key may make as many calls as it is given, then one whenever one has been refilled', () => {
  const limiter = createRateLimiter(60);
  const taken = Array.from({ length: 61 }, () => limiter.take('a', 0));
  expect(taken.filter(Boolean)).toHaveLength(60);
  expect(taken.at(-1)).toBe(false);
  expect(limiter.take('a', 500)).toBe(false);
  expect(limiter.take('a', 1_000)).toBe(true);
  expect(limiter.take('a', 1_000)).toBe(false);
});

test('keys do not share their calls, and rest does not add up', () => {
  const limiter = createRateLimiter(2);
  expect([limiter.take('a', 0), limiter.take('b', 0), limiter.take('a', 0), limiter.take('a', 0)]).toEqual([
    ...[true, true, true],
    false,
  ]);
  expect([1, 2, 3].map(() => limiter.take('b', 3_600_000))).toEqual([true, true, false]);
});

test('remembers no more keys than it has room for', () => {
  const limiter = createRateLimiter(1);
  limiter.take('first', 0);
  for (let index = 0; index < 10_000; index++) limiter.take(`key ${index}`, 0);
  expect(limiter.take('first', 0)).toBe(true);
  expect(limiter.take('key 9999', 0)).toBe(false);
});
