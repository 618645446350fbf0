import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hasBit, setRange } from './bitset.ts';
import { type Demand, type Lane, searchKernel, startsOf } from './kernel.ts';

const wordCount = 12;
const bitCount = wordCount * 32;
/** Words that are searched; the rest is what a start may reach. */
const [fromWord, toWord] = [1, 6];

const bits = fc.array(fc.tuple(fc.nat(bitCount), fc.integer({ min: 1, max: 150 })), { maxLength: 5 }).map((ranges) => {
  const set = new Uint32Array(wordCount);
  for (const [from, length] of ranges) setRange(set, from, from + length);
  return set;
});
const lane: fc.Arbitrary<Lane> = fc
  .record({ work: bits, busy: bits, mask: fc.option(bits) })
  .map(({ work, busy, mask }) => ({
    work,
    busy,
    ...(mask === null ? {} : { allowed: (from: number, to: number) => mask.slice(from, to) }),
  }));
const shape = fc.record({
  durationBuckets: fc.oneof(fc.integer({ min: 1, max: 33 }), fc.integer({ min: 1, max: 100 })),
  bufferBuckets: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 40 })),
});
const demand: fc.Arbitrary<Demand> = fc
  .record({ lanes: fc.array(lane, { maxLength: 9 }), atLeast: fc.nat(6), shape, within: fc.option(bits) })
  .map(({ within, ...rest }) => (within === null ? rest : { ...rest, within }));

test('a start is answered exactly when enough lanes work for the duration and are free until the end of the buffer', () => {
  fc.assert(
    fc.property(demand, (wanted) => {
      const starts = startsOf(wanted, fromWord, toWord);
      expect(starts).toHaveLength(toWord - fromWord);
      for (let bit = fromWord * 32; bit < toWord * 32; bit++) {
        expect(hasBit(starts, bit - fromWord * 32)).toBe(canStart(wanted, bit));
      }
    }),
    { numRuns: 300 },
  );
});

test('several demands must all be met', () => {
  fc.assert(
    fc.property(fc.array(demand, { maxLength: 3 }), (demands) => {
      const starts = searchKernel(demands, fromWord, toWord);
      for (let bit = fromWord * 32; bit < toWord * 32; bit++) {
        expect(hasBit(starts, bit - fromWord * 32)).toBe(demands.every((wanted) => canStart(wanted, bit)));
      }
    }),
    { numRuns: 50 },
  );
});

function canStart({ lanes, atLeast, shape: { durationBuckets, bufferBuckets }, within }: Demand, bit: number): boolean {
  if (within !== undefined && !hasBit(within, bit)) return false;
  const free = lanes.filter(({ work, busy, allowed }) => {
    if (allowed !== undefined && !hasBit(allowed(0, wordCount), bit)) return false;
    const reach = Array.from({ length: durationBuckets + bufferBuckets }, (_, index) => bit + index);
    return reach.every((at, index) => !hasBit(busy, at) && (index >= durationBuckets || hasBit(work, at)));
  });
  return free.length >= atLeast;
}
