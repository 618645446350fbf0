import { clearRange, setRange } from './bitset.ts';
import { bitFrom, bitOf, emptyBits, type Horizon } from './horizon.ts';
import type { Claim } from './model.ts';

/** The claims of one resource and the time they take, per unit and of any unit (what an exclusive booking needs free). */
export interface ClaimedTime {
  readonly claims: Claim[];
  readonly units: readonly Uint32Array[];
  readonly any: Uint32Array;
}

/** Marks the claims' time; a claim off the grid takes the whole of the buckets it touches. */
export function claimTime(horizon: Horizon, unitCount: number, claims: readonly Claim[]): ClaimedTime {
  const first = emptyBits(horizon);
  const units = [first, ...Array.from({ length: Math.max(unitCount - 1, 0) }, () => emptyBits(horizon))];
  const time = { claims: [...claims], units, any: unitCount > 1 ? emptyBits(horizon) : first };
  for (const claim of claims) markClaim(horizon, time, claim);
  return time;
}

export function addClaim(horizon: Horizon, time: ClaimedTime, claim: Claim): void {
  time.claims.push(claim);
  markClaim(horizon, time, claim);
}

/** Frees a claim's time, except where other claims of the resource touch the same buckets. */
export function dropClaim(horizon: Horizon, time: ClaimedTime, claim: Claim): void {
  const index = time.claims.findIndex(({ id }) => id === claim.id);
  if (index < 0) return;
  time.claims.splice(index, 1);
  const [from, to] = claimRange(horizon, claim);
  for (const unit of time.units) clearRange(unit, from, to);
  clearRange(time.any, from, to);
  for (const other of time.claims) {
    const [otherFrom, otherTo] = claimRange(horizon, other);
    if (otherFrom < to && from < otherTo) markClaim(horizon, time, other);
  }
}

/** The buckets a claim touches, as bits of the horizon. */
export function claimRange(horizon: Horizon, { fromMs, toMs }: Claim): readonly [from: number, to: number] {
  return [bitOf(horizon, fromMs), bitFrom(horizon, toMs)];
}

function markClaim(horizon: Horizon, time: ClaimedTime, claim: Claim): void {
  const [from, to] = claimRange(horizon, claim);
  // A unit beyond a capacity that was lowered since still takes one of the units left.
  const unit = time.units[claim.unit % time.units.length];
  if (unit !== undefined) setRange(unit, from, to);
  if (time.any !== unit) setRange(time.any, from, to);
}
