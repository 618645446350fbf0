import { andInto, andNotInto, dilateBackwards, erode } from './bitset.ts';

/** What a search tests of one unit of one resource: the time it works and the time it is taken, on the same grid. */
export interface Lane {
  readonly work: Uint32Array;
  readonly busy: Uint32Array;
  /** Starts this lane may take at all, for the words `[fromWord, toWord)`; absent when every start is allowed. */
  readonly allowed?: (fromWord: number, toWord: number) => Uint32Array;
}

/** Length of the work and of the buffer after it, in buckets. The lane must work for the first and be free for both. */
export interface Shape {
  readonly durationBuckets: number;
  readonly bufferBuckets: number;
}

/** At least so many distinct lanes must be able to take the shape. */
export interface Demand {
  readonly lanes: readonly Lane[];
  readonly atLeast: number;
  readonly shape: Shape;
  /** The starts of interest; the others are answered as clear. Absent means all. */
  readonly within?: Uint32Array;
}

/** Up to 32 buckets (160 minutes) a start depends on its own word and the next, so that a word is decided without a pass over the lane. */
const nearBuckets = 32;

/**
 * Starts in the words `[fromWord, toWord)` that every demand can take: bit 0 of the answer is bit 0 of `fromWord`. This is the whole
 * search once a site is compiled; it allocates per demand, never per slot.
 */
export function searchKernel(demands: readonly Demand[], fromWord: number, toWord: number): Uint32Array {
  const starts = new Uint32Array(toWord - fromWord).fill(0xffffffff);
  for (const demand of demands) andInto(starts, startsOf(demand, fromWord, toWord));
  return starts;
}

/** Starts in the words `[fromWord, toWord)` at which at least `atLeast` lanes of the demand are free. */
export function startsOf(demand: Demand, fromWord: number, toWord: number): Uint32Array {
  const { lanes, atLeast, shape } = demand;
  const within = demand.within?.slice(fromWord, toWord) ?? new Uint32Array(toWord - fromWord).fill(0xffffffff);
  if (atLeast <= 0) return within;
  if (atLeast > lanes.length) return within.fill(0);
  const count = startCount(within.slice(), atLeast);
  const isNear = shape.durationBuckets <= nearBuckets && shape.bufferBuckets < nearBuckets;
  for (const lane of lanes) {
    if (count.openCount === 0) break;
    if (isNear) countNear(lane, shape, fromWord, count);
    else countFar(lane, shape, fromWord, count);
  }
  andNotInto(within, count.undecided);
  return within;
}

/**
 * A bit-sliced counter per start. The planes, lowest first, begin at 2^planes - `atLeast`, so that the wanted number overflows
 * them, and what overflows is no longer undecided. One lane wanted needs no planes: the count is then a plain OR.
 */
interface Count {
  readonly undecided: Uint32Array;
  readonly planes: readonly Uint32Array[];
  /** Of these the first `openCount` are the words that still hold an undecided start; a few lanes settle most of them. */
  readonly openWords: Uint32Array;
  openCount: number;
}

/**
 * Counts a lane's starts in the words that are still open. A start is free for work and buffer exactly when each of its working
 * buckets is followed by a free buffer: busy time is dilated by the buffer, then what is left of the working time is eroded by the
 * duration. Bits that shift in from beyond the words looked at never reach the first one, because no
 * reach exceeds 32. One function, because a call per word costs a third of the search.
 */
function countNear({ work, busy, allowed }: Lane, shape: Shape, fromWord: number, count: Count): void {
  const { durationBuckets, bufferBuckets } = shape;
  const { undecided, openWords, openCount } = count;
  const mask = allowed?.(fromWord, fromWord + undecided.length);
  let kept = 0;
  for (let position = 0; position < openCount; position++) {
    const index = openWords[position] ?? 0;
    const word = fromWord + index;
    // Moves forward over the words that this lane has settled; it stays unless `kept` is left as it is.
    openWords[kept] = index;
    const working = work[word] ?? 0;
    let blocked = busy[word] ?? 0;
    // A start is itself a working, free bucket.
    let open = (undecided[index] ?? 0) & working & ~blocked;
    if (mask !== undefined) open &= mask[index] ?? 0;
    if (open === 0) {
      kept++;
      continue;
    }
    let blockedNext = busy[word + 1] ?? 0;
    let blockedAfter = busy[word + 2] ?? 0;
    for (let reach = 1; reach <= bufferBuckets; ) {
      const shift = Math.min(reach, bufferBuckets + 1 - reach);
      blocked |= (blocked >>> shift) | (blockedNext << (32 - shift));
      blockedNext |= (blockedNext >>> shift) | (blockedAfter << (32 - shift));
      blockedAfter |= blockedAfter >>> shift;
      reach += shift;
    }
    let starts = working & ~blocked;
    let next = (work[word + 1] ?? 0) & ~blockedNext;
    for (let reach = 1; reach < durationBuckets && (starts & open) !== 0; ) {
      const shift = Math.min(reach, durationBuckets - reach);
      starts &= (starts >>> shift) | (next << (32 - shift));
      next &= next >>> shift;
      reach += shift;
    }
    starts &= open;
    if (starts !== 0) addWord(starts, index, count);
    if (undecided[index] !== 0) kept++;
  }
  count.openCount = kept;
}

/** Counts a lane's starts for long durations and buffers, in log2(length) passes over the lane's words. */
function countFar({ work, busy, allowed }: Lane, shape: Shape, fromWord: number, count: Count): void {
  const { undecided } = count;
  const { durationBuckets, bufferBuckets } = shape;
  const mask = allowed?.(fromWord, fromWord + undecided.length);
  const starts = new Uint32Array(undecided.length + ((durationBuckets + bufferBuckets) >>> 5) + 2);
  starts.set(busy.subarray(fromWord, fromWord + starts.length));
  dilateBackwards(starts, bufferBuckets + 1);
  for (let index = 0; index < starts.length; index++) {
    starts[index] = (work[fromWord + index] ?? 0) & ~(starts[index] ?? 0);
  }
  erode(starts, durationBuckets);
  for (let index = 0; index < undecided.length; index++) {
    let open = (starts[index] ?? 0) & (undecided[index] ?? 0);
    if (mask !== undefined) open &= mask[index] ?? 0;
    if (open !== 0) addWord(open, index, count);
  }
}

function addWord(starts: number, index: number, { undecided, planes }: Count): void {
  let carry = starts;
  for (const plane of planes) {
    const before = plane[index] ?? 0;
    plane[index] = before ^ carry;
    carry &= before;
  }
  undecided[index] = (undecided[index] ?? 0) & ~carry;
}

function startCount(undecided: Uint32Array, atLeast: number): Count {
  const openWords = new Uint32Array(undecided.length);
  let openCount = 0;
  for (let index = 0; index < undecided.length; index++) if (undecided[index] !== 0) openWords[openCount++] = index;
  return { undecided, planes: counterPlanes(atLeast, undecided.length), openWords, openCount };
}

function counterPlanes(atLeast: number, words: number): Uint32Array[] {
  const count = 32 - Math.clz32(atLeast - 1);
  const initial = 2 ** count - atLeast;
  return Array.from({ length: count }, (_, plane) =>
    new Uint32Array(words).fill((initial >>> plane) & 1 ? 0xffffffff : 0),
  );
}
