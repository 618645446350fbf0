import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matchDistinct } from './matching.ts';
import { Work } from './work.ts';

describe('a matching', () => {
  test('moves an earlier slot to another key when a later one has no other', () => {
    expect(matchDistinct([['anna', 'ben'], ['anna']], new Work(100))).toEqual([1, 0]);
  });

  test('keeps early slots at their first keys where it can', () => {
    const slots = [
      ['anna', 'ben'],
      ['ben', 'anna'],
    ];
    expect(matchDistinct(slots, new Work(100))).toEqual([0, 0]);
  });

  test('exists exactly when trying every choice finds one, and gives no key twice', () => {
    const keys = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 3 });
    fc.assert(
      fc.property(fc.array(keys, { maxLength: 4 }), (slots) => {
        const positions = matchDistinct(slots, new Work(10_000));
        expect(positions !== undefined).toBe(canChoose(slots, []));
        const given = (positions ?? []).map((position, slot) => slots[slot]?.[position]);
        expect(new Set(given).size).toBe(given.length);
        expect(given).not.toContain(undefined);
      }),
    );
  });

  test('ends undecided when the work is spent, and says so', () => {
    const work = new Work(1);
    expect(matchDistinct([['a'], ['b']], work)).toBeUndefined();
    expect(work.isSpent).toBe(true);
  });
});

function canChoose([slot, ...rest]: readonly (readonly string[])[], taken: readonly string[]): boolean {
  if (slot === undefined) return true;
  return slot.some((key) => !taken.includes(key) && canChoose(rest, [...taken, key]));
}
