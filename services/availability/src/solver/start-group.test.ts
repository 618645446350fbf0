import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clearRange, setRange } from './bitset.ts';
import { startsOf } from './kernel.ts';
import { createStartGroup, markStale, readStarts } from './start-group.ts';

const wordCount = 70;
const bitCount = (wordCount - 8) * 32;

const change = fc.record({
  lane: fc.nat(2),
  // Half of the changes lie about the borders of blocks, where a start reaches from one into the next.
  from: fc.oneof(
    fc.integer({ min: -40, max: bitCount + 40 }),
    fc.tuple(fc.constantFrom(512, 1024, 1536), fc.integer({ min: -8, max: 8 })).map(([border, by]) => border + by),
  ),
  length: fc.integer({ min: 1, max: 80 }),
  isTaken: fc.boolean(),
  readFrom: fc.nat(40),
  readWords: fc.integer({ min: 1, max: 20 }),
});
const shape = fc.record({ durationBuckets: fc.integer({ min: 1, max: 40 }), bufferBuckets: fc.nat(12) });

test('after any changes a group answers what computing anew would', () => {
  fc.assert(
    fc.property(
      fc.array(change, { maxLength: 30 }),
      shape,
      fc.integer({ min: 1, max: 3 }),
      (changes, wanted, atLeast) => {
        const lanes = [0, 1, 2].map(() => ({
          work: new Uint32Array(wordCount).fill(0xffffffff),
          busy: new Uint32Array(wordCount),
        }));
        const demand = { lanes, atLeast, shape: wanted };
        const group = createStartGroup(demand, wordCount);
        for (const { lane, from, length, isTaken, readFrom, readWords } of changes) {
          (isTaken ? setRange : clearRange)(lanes[lane]?.busy ?? new Uint32Array(), from, from + length);
          markStale(group, from, from + length);
          const toWord = readFrom + readWords;
          expect(readStarts(group, readFrom, toWord)).toEqual(startsOf(demand, readFrom, toWord));
        }
      },
    ),
  );
});
