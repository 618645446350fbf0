/** How much at once, and how much over time. */
export interface BucketOptions {
  /** So many at once after a pause. */
  readonly burst: number;
  /** So many for each second over a longer time. */
  readonly perSecond: number;
}

/** So many a minute, evenly refilled; after a minute's rest all of them at once. */
export function perMinute(calls: number): BucketOptions {
  return { burst: calls, perSecond: calls / 60 };
}

/** Lets a limited number of things happen over time. `nowMs` is any clock that only runs forward. */
export class TokenBucket {
  readonly #options: BucketOptions;
  #level: number;
  #atMs: number;

  constructor(options: BucketOptions, nowMs: number) {
    this.#options = options;
    this.#level = options.burst;
    this.#atMs = nowMs;
  }

  /** Takes one, if there is one. */
  take(nowMs: number): boolean {
    if (this.isEmpty(nowMs)) return false;
    this.#level -= 1;
    return true;
  }

  isEmpty(nowMs: number): boolean {
    const { burst, perSecond } = this.#options;
    this.#level = Math.min(burst, this.#level + ((nowMs - this.#atMs) / 1_000) * perSecond);
    this.#atMs = nowMs;
    return this.#level < 1;
  }
}

export interface KeyedBucketsOptions extends BucketOptions {
  /** Of so many keys a bucket is kept; those used longest ago begin anew. */
  readonly keysMax?: number;
  /** Milliseconds of a clock that only runs forward; the machine's when absent. */
  readonly now?: () => number;
}

const keysMaxDefault = 10_000;

/** A bucket for each key, such as the address of a caller or the id of a device. */
export class KeyedBuckets {
  readonly #buckets = new Map<string, TokenBucket>();
  readonly #options: KeyedBucketsOptions;
  readonly #now: () => number;

  constructor(options: KeyedBucketsOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Takes one for a key, if there is one. */
  take(key: string): boolean {
    return this.#bucketOf(key).take(this.#now());
  }

  isEmpty(key: string): boolean {
    return this.#buckets.get(key)?.isEmpty(this.#now()) ?? false;
  }

  // A Map iterates in the order of insertion, and every use inserts anew.
  #bucketOf(key: string): TokenBucket {
    const bucket = this.#buckets.get(key) ?? new TokenBucket(this.#options, this.#now());
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size > (this.#options.keysMax ?? keysMaxDefault) && oldest !== undefined)
      this.#buckets.delete(oldest);
    return bucket;
  }
}
