/** What visits are ranked by, in this order: total length, idle time, start; then the starts of the items one after the other. */
export interface Rank {
  readonly lengthMs: number;
  readonly idleMs: number;
  readonly startMs: number;
}

interface Ranked<T> {
  readonly rank: Rank;
  readonly starts: readonly number[];
  readonly value: T;
}

/** Negative when `a` is the better rank, 0 when neither is. */
export function compareRanks(a: Rank, b: Rank): number {
  return a.lengthMs - b.lengthMs || a.idleMs - b.idleMs || a.startMs - b.startMs;
}

/** Keeps the best `max` answers, one for each list of starts. */
export class BestAnswers<T> {
  readonly #max: number;
  readonly #answers: Ranked<T>[] = [];

  constructor(max: number) {
    this.#max = max;
  }

  /** Whether nothing of this rank, however its items start, could be kept any more. */
  excludes(rank: Rank): boolean {
    const worst = this.#answers[this.#max - 1];
    return worst !== undefined && compareRanks(rank, worst.rank) > 0;
  }

  /** Adds an answer if it is among the best; its value is made only then, and may turn out not to exist. */
  offer(rank: Rank, starts: readonly number[], create: () => T | undefined): void {
    const isAfter = (other: Ranked<T>) => (compareRanks(rank, other.rank) || compareStarts(starts, other.starts)) >= 0;
    const known = this.#answers.findIndex((other) => compareStarts(starts, other.starts) === 0);
    const isWorse = known >= 0 && isAfter(this.#answers[known] as Ranked<T>);
    const position = this.#answers.findLastIndex(isAfter) + 1;
    if (isWorse || position >= this.#max) return;
    const value = create();
    if (value === undefined) return;
    if (known >= 0) this.#answers.splice(known, 1);
    this.#answers.splice(position, 0, { rank, starts: [...starts], value });
    this.#answers.length = Math.min(this.#answers.length, this.#max);
  }

  /** The answers, best first. */
  get values(): T[] {
    return this.#answers.map(({ value }) => value);
  }
}

function compareStarts(a: readonly number[], b: readonly number[]): number {
  for (const [index, start] of a.entries()) if (start !== b[index]) return start - (b[index] ?? 0);
  return 0;
}
