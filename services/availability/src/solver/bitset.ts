/** Sets bits `[from, to)`, clipped to the bitset. */
export function setRange(bits: Uint32Array, from: number, to: number): void {
  const start = Math.max(from, 0);
  const end = Math.min(to, bits.length * 32);
  if (start >= end) return;
  const first = start >>> 5;
  const last = (end - 1) >>> 5;
  for (let word = first; word <= last; word++) bits[word] = at(bits, word) | rangeMask(word, start, end);
}

/** Sets every `step`-th bit of `[from, to)`, the first one included; the range must lie in the bitset. */
export function setEvery(bits: Uint32Array, from: number, to: number, step: number): void {
  for (let bit = from; bit < to; ) {
    const word = bit >>> 5;
    const end = Math.min(to, (word + 1) << 5);
    let mask = 0;
    for (; bit < end; bit += step) mask |= 1 << (bit & 31);
    bits[word] = at(bits, word) | mask;
  }
}

/** Clears bits `[from, to)`, clipped to the bitset. */
export function clearRange(bits: Uint32Array, from: number, to: number): void {
  const start = Math.max(from, 0);
  const end = Math.min(to, bits.length * 32);
  if (start >= end) return;
  const first = start >>> 5;
  const last = (end - 1) >>> 5;
  for (let word = first; word <= last; word++) bits[word] = at(bits, word) & ~rangeMask(word, start, end);
}

export function hasBit(bits: Uint32Array, index: number): boolean {
  return ((at(bits, index >>> 5) >>> (index & 31)) & 1) === 1;
}

/** Number of set bits in `[from, to)`. */
export function countSet(bits: Uint32Array, from: number, to: number): number {
  if (from >= to) return 0;
  let count = 0;
  for (let word = from >>> 5; word <= (to - 1) >>> 5; word++)
    count += popCount(at(bits, word) & rangeMask(word, from, to));
  return count;
}

/** The first set bit in `[from, to)`, or -1. */
export function nextSetBit(bits: Uint32Array, from: number, to: number): number {
  if (from >= to) return -1;
  const last = Math.min((to - 1) >>> 5, bits.length - 1);
  for (let word = from >>> 5; word <= last; word++) {
    const rest = at(bits, word) & rangeMask(word, from, to);
    if (rest !== 0) return (word << 5) + trailingZeros(rest);
  }
  return -1;
}

/** Every set bit in `[from, to)`, in order. */
export function setBits(bits: Uint32Array, from: number, to: number): number[] {
  const found: number[] = [];
  for (let index = nextSetBit(bits, from, to); index >= 0; index = nextSetBit(bits, index + 1, to)) found.push(index);
  return found;
}

/** The last set bit in `[from, to)`, or -1. */
export function lastSetBit(bits: Uint32Array, from: number, to: number): number {
  if (from >= to) return -1;
  for (let word = Math.min((to - 1) >>> 5, bits.length - 1); word >= from >>> 5; word--) {
    const rest = at(bits, word) & rangeMask(word, from, to);
    if (rest !== 0) return (word << 5) + 31 - Math.clz32(rest);
  }
  return -1;
}

/** `target &= source`, word by word; the source may be longer. */
export function andInto(target: Uint32Array, source: Uint32Array): void {
  for (let word = 0; word < target.length; word++) target[word] = at(target, word) & at(source, word);
}

/** `target &= ~source`, word by word; the source may be longer. */
export function andNotInto(target: Uint32Array, source: Uint32Array): void {
  for (let word = 0; word < target.length; word++) target[word] = at(target, word) & ~at(source, word);
}

/** Keeps a bit only where it and the `length - 1` bits after it are set, in log2(length) shift-ANDs; past the end counts as clear. */
export function erode(bits: Uint32Array, length: number): void {
  for (let reach = 1; reach < length; ) {
    const shift = Math.min(reach, length - reach);
    const ahead = shift >>> 5;
    const right = shift & 31;
    const inside = bits.length - ahead - 1;
    let low = at(bits, ahead);
    for (let word = 0; word < bits.length; word++) {
      const next = word < inside ? (bits[word + ahead + 1] ?? 0) : 0;
      bits[word] = at(bits, word) & spliced(low, next, right);
      low = next;
    }
    reach += shift;
  }
}

/** Sets a bit where it or any of the `length - 1` bits after it is set: what a claim makes impossible to start. */
export function dilateBackwards(bits: Uint32Array, length: number): void {
  for (let reach = 1; reach < length; ) {
    const shift = Math.min(reach, length - reach);
    const ahead = shift >>> 5;
    const right = shift & 31;
    const inside = bits.length - ahead - 1;
    let low = at(bits, ahead);
    for (let word = 0; word < bits.length; word++) {
      const next = word < inside ? (bits[word + ahead + 1] ?? 0) : 0;
      bits[word] = at(bits, word) | spliced(low, next, right);
      low = next;
    }
    reach += shift;
  }
}

/** The 32 bits that begin `right` (0 to 31) bits into a word and run on into the next. */
function spliced(word: number, next: number, right: number): number {
  // Two steps, because a shift by 32 would be one by 0.
  return (word >>> right) | ((next << 1) << (31 - right));
}

/** A word of the bitset, 0 past its end. */
function at(bits: Uint32Array, word: number): number {
  return bits[word] ?? 0;
}

/** The bits of `[from, to)` that lie in a word; the word must touch the range. */
function rangeMask(word: number, from: number, to: number): number {
  const base = word << 5;
  const low = from > base ? (-1 << (from - base)) >>> 0 : 0xffffffff;
  const high = to < base + 32 ? ~(-1 << (to - base)) : 0xffffffff;
  return (low & high) >>> 0;
}

function trailingZeros(word: number): number {
  return 31 - Math.clz32(word & -word);
}

function popCount(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
