import { stringify } from 'csv-stringify/sync';
import type { ReportRow } from './job.ts';

/** Rows as CSV, one line each. Texts that a spreadsheet would take for a formula (`=`, `+`, `-`, `@`) get a quote in front. */
export function csvLines(columns: readonly string[], rows: readonly ReportRow[]): string {
  return stringify([...rows], {
    columns: [...columns],
    escape_formulas: true,
    cast: { boolean: (value) => (value ? 'true' : 'false') },
  });
}

/** The header row. */
export function csvHeader(columns: readonly string[]): string {
  return stringify([[...columns]]);
}
