import { type Demand, startsOf } from './kernel.ts';

/** Words per block: 16 words are 512 buckets, a little under two days. */
const blockShift = 4;

/**
 * The starts of a demand over the whole horizon, computed block by block when first read and again after a change. The union over many
 * resources is what is kept, so that a warm search touches one bitset per kind of resource, and a claim stales one or two blocks.
 */
export interface StartGroup {
  readonly demand: Demand;
  readonly bits: Uint32Array;
  /** 1 for each block whose bits must be computed before they are read. */
  readonly stale: Uint8Array;
}

export function createStartGroup(demand: Demand, wordCount: number): StartGroup {
  const bits = new Uint32Array(wordCount);
  return { demand, bits, stale: new Uint8Array((wordCount >>> blockShift) + 1).fill(1) };
}

/** The group's starts in the words `[fromWord, toWord)`, as a view that is valid until the next change. */
export function readStarts(group: StartGroup, fromWord: number, toWord: number): Uint32Array {
  const lastBlock = (toWord - 1) >>> blockShift;
  for (let block = fromWord >>> blockShift; block <= lastBlock; block++) {
    if (group.stale[block] === 0) continue;
    let end = block;
    while (end <= lastBlock && group.stale[end] === 1) end++;
    compute(group, block, end);
    block = end;
  }
  return group.bits.subarray(fromWord, toWord);
}

/** Marks what a change of the bits `[fromBit, toBit)` of a resource can alter: the starts that reach into it. */
export function markStale(group: StartGroup, fromBit: number, toBit: number): void {
  if (toBit <= 0) return;
  const { durationBuckets, bufferBuckets } = group.demand.shape;
  const firstWord = Math.max(fromBit - durationBuckets - bufferBuckets, 0) >>> 5;
  group.stale.fill(1, firstWord >>> blockShift, (toBit >>> (5 + blockShift)) + 1);
}

function compute(group: StartGroup, fromBlock: number, toBlock: number): void {
  const fromWord = fromBlock << blockShift;
  // The last word cannot start anything; the kernel primes itself on it.
  const toWord = Math.min(toBlock << blockShift, group.bits.length - 1);
  if (fromWord < toWord) group.bits.set(startsOf(group.demand, fromWord, toWord), fromWord);
  group.stale.fill(0, fromBlock, toBlock);
}
