import { setRange } from '../bitset.ts';
import { bitFrom, bitOf, type Horizon } from '../horizon.ts';
import type { AreaClaim } from '../model.ts';

/** Who is in an area, bucket by bucket of a stretch of the horizon. */
export interface Occupancy {
  readonly guests: Uint32Array;
  /** Distinct baskets besides the one that asks. */
  readonly otherBaskets: Uint16Array;
  /** The most baskets that those in it put up with; 0 where it is blocked. */
  readonly basketsMax: Uint16Array;
}

/** The bits `[fromBit, toBit)` of a horizon. */
export interface Stretch {
  readonly horizon: Horizon;
  readonly fromBit: number;
  readonly toBit: number;
}

const anyNumber = 0xffff;

/** Counts claims into a stretch; index 0 is its first bucket. A claim off the grid counts in all the buckets it touches. */
export function occupancyOf(stretch: Stretch, claims: readonly AreaClaim[], orderId: string | undefined): Occupancy {
  const length = stretch.toBit - stretch.fromBit;
  const occupancy = {
    guests: new Uint32Array(length),
    otherBaskets: new Uint16Array(length),
    basketsMax: new Uint16Array(length).fill(anyNumber),
  };
  for (const [basket, ofBasket] of Map.groupBy(claims, (claim) => claim.orderId)) {
    ofBasket.sort((a, b) => a.fromMs - b.fromMs);
    // A basket with several bookings at once is still one basket.
    let countedTo = 0;
    for (const claim of ofBasket) {
      const from = Math.max(bitOf(stretch.horizon, claim.fromMs) - stretch.fromBit, 0);
      const to = Math.min(bitFrom(stretch.horizon, claim.toMs) - stretch.fromBit, length);
      count(occupancy, claim, from, to);
      if (basket !== orderId) increment(occupancy.otherBaskets, Math.max(from, countedTo), to);
      countedTo = Math.max(countedTo, to);
    }
  }
  return occupancy;
}

/** What somebody wants of an area. */
export interface Party {
  readonly guests: number;
  /** Baskets the party puts up with, its own included; null is any number. */
  readonly basketsMax: number | null;
}

/** The buckets, as bits from the stretch's first, in which an area can not take a party as well. */
export function fullBits(occupancy: Occupancy, capacity: number, { guests, basketsMax }: Party): Uint32Array {
  const { length } = occupancy.guests;
  const bits = new Uint32Array(Math.ceil(length / 32));
  for (let index = 0; index < length; index++) {
    const basketsAllowed = Math.min(occupancy.basketsMax[index] ?? 0, basketsMax ?? anyNumber);
    const isFull =
      (occupancy.guests[index] ?? 0) + guests > capacity || (occupancy.otherBaskets[index] ?? 0) + 1 > basketsAllowed;
    if (isFull) setRange(bits, index, index + 1);
  }
  return bits;
}

function count({ guests, basketsMax }: Occupancy, claim: AreaClaim, from: number, to: number): void {
  const putUpWith = claim.kind === 'block' ? 0 : (claim.basketsMax ?? anyNumber);
  for (let index = from; index < to; index++) {
    guests[index] = (guests[index] ?? 0) + claim.guests;
    basketsMax[index] = Math.min(basketsMax[index] ?? 0, putUpWith);
  }
}

function increment(counts: Uint16Array, from: number, to: number): void {
  for (let index = from; index < to; index++) counts[index] = (counts[index] ?? 0) + 1;
}
