export interface CacheOptions {
  readonly entriesMax: number;
  readonly lifetimeMs: number;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
}

interface Entry<Value> {
  readonly value: Promise<Value>;
  readonly expiresAtMs: number;
}

/**
 * Remembers what a load answered, for a short time and for so many keys; those used longest ago go first. Requests for
 * a key whose load is under way share it. A failed load is not remembered.
 */
export class ExpiringCache<Value> {
  readonly #entries = new Map<string, Entry<Value>>();
  readonly #options: CacheOptions;

  constructor(options: CacheOptions) {
    this.#options = options;
  }

  /** Answers the remembered value of a key, or loads it. */
  get(key: string, load: () => Promise<Value>): Promise<Value> {
    const known = this.#entries.get(key);
    this.#entries.delete(key);
    if (known && known.expiresAtMs > this.#options.now()) {
      this.#entries.set(key, known);
      return known.value;
    }
    const entry = { value: load(), expiresAtMs: this.#options.now() + this.#options.lifetimeMs };
    this.#entries.set(key, entry);
    this.#dropOldest();
    entry.value.catch(() => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
    });
    return entry.value;
  }

  /** Forgets everything; loads under way are still answered to those who wait for them. */
  clear(): void {
    this.#entries.clear();
  }

  get size(): number {
    return this.#entries.size;
  }

  // A Map iterates in the order of insertion, and every use inserts anew.
  #dropOldest(): void {
    if (this.#entries.size <= this.#options.entriesMax) return;
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined) this.#entries.delete(oldest);
  }
}
