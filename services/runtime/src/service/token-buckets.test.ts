import { describe, expect, test } from 'vitest';
import { GuessLimit } from './guess-limit.ts';
import { KeyedBuckets } from './token-buckets.ts';

function setUp(keysMax = 10) {
  let nowMs = 0;
  const now = () => nowMs;
  const options = { burst: 3, perSecond: 2, keysMax, now };
  return { buckets: new KeyedBuckets(options), limit: new GuessLimit(options), pass: (ms: number) => (nowMs += ms) };
}

const take = (buckets: KeyedBuckets, key: string, times: number): boolean[] =>
  Array.from({ length: times }, () => buckets.take(key));

describe('a bucket', () => {
  test('gives its burst, and then as much as time brings', () => {
    const { buckets, pass } = setUp();
    expect(take(buckets, 'a', 4)).toEqual([true, true, true, false]);
    pass(499);
    expect(buckets.take('a')).toBe(false);
    pass(1);
    expect(take(buckets, 'a', 2)).toEqual([true, false]);
  });

  test('never holds more than its burst', () => {
    const { buckets, pass } = setUp();
    take(buckets, 'a', 3);
    pass(3_600_000);
    expect(take(buckets, 'a', 4)).toEqual([true, true, true, false]);
  });

  test('is of its key alone', () => {
    const { buckets } = setUp();
    take(buckets, 'a', 4);
    expect(buckets.isEmpty('a')).toBe(true);
    expect(buckets.isEmpty('b')).toBe(false);
    expect(buckets.take('b')).toBe(true);
  });

  test('is forgotten when too many others were used since', () => {
    const { buckets } = setUp(2);
    take(buckets, 'a', 4);
    take(buckets, 'b', 1);
    take(buckets, 'c', 1);
    expect(buckets.take('a')).toBe(true);
  });
});

describe('guessing', () => {
  test('is stopped for its address, until time has passed', () => {
    const { limit, pass } = setUp();
    expect([limit.noteWrong('x', '1'), limit.noteWrong('x', '2'), limit.noteWrong('x', '3')]).toEqual([
      false,
      false,
      true,
    ]);
    expect(limit.isStopped('x', '4')).toBe(true);
    expect(limit.isStopped('y', '4')).toBe(false);
    pass(500);
    expect(limit.isStopped('x', '4')).toBe(false);
  });

  test('stops no secret of the same address that was good before, until it was wrong', () => {
    const { limit } = setUp();
    limit.noteGood('good');
    for (let count = 0; count < 5; count++) limit.noteWrong('x', 'bad');
    expect(limit.isStopped('x', 'good')).toBe(false);
    limit.noteWrong('x', 'good');
    expect(limit.isStopped('x', 'good')).toBe(true);
  });
});
