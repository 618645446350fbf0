import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { intersection, minutesOf, type Stretch, union } from './compare-presence.ts';

const minute = 60_000;
const stretches = fc.array(
  fc.tuple(fc.nat(40), fc.integer({ min: 1, max: 20 })).map(([start, length]) => ({
    startMs: start * minute,
    endMs: (start + length) * minute,
  })),
  { maxLength: 8 },
);
const minutesIn = (list: readonly Stretch[]): Set<number> =>
  new Set(
    list.flatMap(({ startMs, endMs }) =>
      Array.from({ length: (endMs - startMs) / minute }, (_, i) => startMs / minute + i),
    ),
  );

describe('booked and present time', () => {
  test('counts each minute once, however much overlaps', () => {
    fc.assert(fc.property(stretches, (list) => minutesOf(union(list)) === minutesIn(list).size));
  });

  test('has in common exactly the minutes that both have', () => {
    fc.assert(
      fc.property(stretches, stretches, (a, b) => {
        const inB = minutesIn(b);
        const both = [...minutesIn(a)].filter((one) => inB.has(one)).length;
        expect(minutesOf(intersection(union(a), union(b)))).toBe(both);
      }),
    );
  });

  test('is rounded down to whole minutes in the sum, not stretch by stretch', () => {
    const half = (startMs: number): Stretch => ({ startMs, endMs: startMs + 30_000 });
    expect(minutesOf([half(0), half(60_000), half(120_000)])).toBe(1);
  });
});
