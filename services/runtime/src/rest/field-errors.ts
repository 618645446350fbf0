// A body of a megabyte may hold a hundred thousand wrong items; the first of them tell the client enough.
const ERRORS_MAX = 100;

/** The sentences about each wrong field, by its path: `items.0.name`. */
export type FieldErrorRecord = Record<string, string[]>;

/** Collects what is wrong with a request, so that all of it is reported at once. */
export class FieldErrors {
  readonly #sentences = new Map<string, string[]>();

  /** Adds "The {path} field {rest}." */
  add(path: string, rest: string): void {
    const known = this.#sentences.get(path);
    if (known) known.push(`The ${path} field ${rest}.`);
    else if (this.#sentences.size < ERRORS_MAX) this.#sentences.set(path, [`The ${path} field ${rest}.`]);
  }

  toRecord(): FieldErrorRecord {
    return Object.fromEntries(this.#sentences);
  }
}
