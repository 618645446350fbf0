/** One line of the result: a figure of ours, and the same measured of a bare counterpart in the same run. */
export interface BenchRow {
  readonly name: string;
  readonly figure: number;
  readonly unit: string;
  /** The counterpart's figure; null where there is nothing to compare with. */
  readonly against: number | null;
  /** `figure` / `against`. */
  readonly ratio: number | null;
  /** What is asked of the row, such as `ratio <= 2`. */
  readonly bar?: string;
  readonly isMet?: boolean;
}

/** What is asked of a row's figure or of its ratio. */
export interface Bar {
  readonly of: 'figure' | 'ratio';
  readonly is: '<=' | '>=';
  readonly value: number;
}

export interface Measured {
  readonly name: string;
  readonly figure: number;
  readonly unit: string;
  readonly against?: number;
  readonly bar?: Bar;
}

/** Works out the ratio, and whether the bar is met; a bar on a ratio that is not there is missed. */
export function benchRow({ name, figure, unit, against, bar }: Measured): BenchRow {
  const ratio = against === undefined ? null : figure / against;
  const row = { name, figure, unit, against: against ?? null, ratio };
  if (bar === undefined) return row;
  const text = `${bar.of} ${bar.is} ${bar.value}${bar.of === 'figure' ? ` ${unit}` : ''}`;
  const value = bar.of === 'figure' ? figure : ratio;
  const isMet = value !== null && (bar.is === '<=' ? value <= bar.value : value >= bar.value);
  return { ...row, bar: text, isMet };
}
