import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  clearRange,
  countSet,
  dilateBackwards,
  erode,
  hasBit,
  lastSetBit,
  nextSetBit,
  setEvery,
  setRange,
} from './bitset.ts';

const size = 160;
const words = fc.uint32Array({ minLength: size / 32, maxLength: size / 32 });
const sparse = fc.array(fc.tuple(fc.nat(size), fc.nat(60)), { maxLength: 5 }).map((ranges) => {
  const bits = new Uint32Array(size / 32);
  for (const [from, length] of ranges) setRange(bits, from, from + length);
  return bits;
});
const anyBits = fc.oneof(words, sparse);
const bounds = fc.tuple(fc.nat(size), fc.nat(size)).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);

const booleans = (bits: Uint32Array) => Array.from({ length: size }, (_, index) => hasBit(bits, index));

describe('ranges', () => {
  test('setting and clearing touch exactly their bits and are clipped to the bitset', () => {
    fc.assert(
      fc.property(anyBits, fc.integer({ min: -50, max: 220 }), fc.integer({ min: -50, max: 220 }), (bits, from, to) => {
        const before = booleans(bits);
        const set = bits.slice();
        setRange(set, from, to);
        expect(booleans(set)).toEqual(before.map((bit, index) => bit || (from <= index && index < to)));
        clearRange(bits, from, to);
        expect(booleans(bits)).toEqual(before.map((bit, index) => bit && !(from <= index && index < to)));
      }),
    );
  });

  test('a pattern sets every so many bits of its range and no other', () => {
    fc.assert(
      fc.property(anyBits, bounds, fc.integer({ min: 1, max: 100 }), (bits, [from, to], step) => {
        const before = booleans(bits);
        setEvery(bits, from, to, step);
        expect(booleans(bits)).toEqual(
          before.map((bit, index) => bit || (from <= index && index < to && (index - from) % step === 0)),
        );
      }),
    );
  });

  test('questions about a range see exactly its bits', () => {
    fc.assert(
      fc.property(anyBits, bounds, (bits, [from, to]) => {
        const inside = booleans(bits).slice(from, to);
        expect(countSet(bits, from, to)).toBe(inside.filter(Boolean).length);
        const first = inside.indexOf(true);
        const last = inside.lastIndexOf(true);
        expect(nextSetBit(bits, from, to)).toBe(first < 0 ? -1 : from + first);
        expect(lastSetBit(bits, from, to)).toBe(last < 0 ? -1 : from + last);
      }),
    );
  });
});

describe('lengths', () => {
  test('eroding keeps a bit only where the whole length fits', () => {
    fc.assert(
      fc.property(anyBits, fc.integer({ min: 1, max: 100 }), (bits, length) => {
        const before = booleans(bits);
        erode(bits, length);
        const fits = before.map(
          (_, index) => index + length <= size && before.slice(index, index + length).every(Boolean),
        );
        expect(booleans(bits)).toEqual(fits);
      }),
    );
  });

  test('dilating backwards blocks every bit from which the length would meet one', () => {
    fc.assert(
      fc.property(anyBits, fc.integer({ min: 1, max: 100 }), (bits, length) => {
        const before = booleans(bits);
        dilateBackwards(bits, length);
        expect(booleans(bits)).toEqual(before.map((_, index) => before.slice(index, index + length).some(Boolean)));
      }),
    );
  });
});
