/** Counts calls by key, such as a caller's address, and says when there have been too many. */
export interface RateLimiter {
  /** Takes one call; answers false where it is one too many. `nowMs` only runs forward. */
  take(key: string, nowMs: number): boolean;
}

/** How many keys are remembered. The one that has been quiet for longest is forgotten first, which sets its count back. */
const keysMax = 10_000;

interface Bucket {
  tokens: number;
  atMs: number;
}

/** Lets each key make so many calls a minute, evenly refilled; after a minute's rest all of them at once. */
export function createRateLimiter(callsPerMinute: number): RateLimiter {
  const buckets = new Map<string, Bucket>();
  return {
    take: (key, nowMs) => {
      const known = buckets.get(key) ?? { tokens: callsPerMinute, atMs: nowMs };
      const refilled = known.tokens + ((nowMs - known.atMs) * callsPerMinute) / 60_000;
      const tokens = Math.min(callsPerMinute, refilled);
      const isTaken = tokens >= 1;
      // Put in last, so that the first one is the quietest.
      buckets.delete(key);
      buckets.set(key, { tokens: isTaken ? tokens - 1 : tokens, atMs: nowMs });
      const [quietest] = buckets.keys();
      if (buckets.size > keysMax && quietest !== undefined) buckets.delete(quietest);
      return isTaken;
    },
  };
}
