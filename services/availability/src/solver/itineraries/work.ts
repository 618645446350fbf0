/** A budget of steps, counted and not timed, so that a search that gives up gives up at the same place on every machine. */
export class Work {
  #left: number;

  constructor(steps: number) {
    this.#left = steps;
  }

  /** Takes one step; false when none was left. */
  spend(): boolean {
    this.#left--;
    return this.#left >= 0;
  }

  /** Whether a step was refused: what was not found since then may exist nevertheless. */
  get isSpent(): boolean {
    return this.#left < 0;
  }
}
