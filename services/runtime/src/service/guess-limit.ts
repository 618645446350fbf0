import { KeyedBuckets, type KeyedBucketsOptions } from './token-buckets.ts';

/** So many wrong secrets at once, and one more every six seconds. */
const wrongSecrets = { burst: 20, perSecond: 1 / 6 };
const goodKeysMax = 10_000;

/**
 * Stops whoever guesses secrets from an address, before anything is compared. A secret that was good before is let through even
 * then: others may stand behind the same address. Secrets are named by their hashes.
 */
export class GuessLimit {
  readonly #wrong: KeyedBuckets;
  readonly #good = new Set<string>();

  constructor(options: Partial<KeyedBucketsOptions> = {}) {
    this.#wrong = new KeyedBuckets({ ...wrongSecrets, ...options });
  }

  /** Whether a secret from an address is not to be looked at. */
  isStopped(address: string, hash: string): boolean {
    return this.#wrong.isEmpty(address) && !this.#good.has(hash);
  }

  /** Notes that a secret was wrong. Answers whether it was the one that stops the address. */
  noteWrong(address: string, hash: string): boolean {
    this.#good.delete(hash);
    this.#wrong.take(address);
    return this.#wrong.isEmpty(address);
  }

  noteGood(hash: string): void {
    this.#good.delete(hash);
    this.#good.add(hash);
    const [oldest] = this.#good;
    if (this.#good.size > goodKeysMax && oldest !== undefined) this.#good.delete(oldest);
  }
}
