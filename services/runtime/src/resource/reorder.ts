import { invalid } from '../errors/refusal.ts';

/**
 * Rows in the order that a list of their ids asks for; those it leaves out come after, in the order they had. Refuses, naming `field`,
 * an id that is not among the rows and one that is listed twice.
 */
export function reordered<Row extends { id: string }>(
  rows: readonly Row[],
  ids: readonly string[],
  field: string,
): Row[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  const named = ids.flatMap((id) => byId.get(id) ?? []);
  const unknown = ids.filter((id) => !byId.has(id));
  if (unknown.length > 0) throw invalid({ [field]: unknown.map((id) => `There is no ${id} here.`) });
  const chosen = new Set(named);
  if (chosen.size < named.length) throw invalid({ [field]: ['Each id can be listed only once.'] });
  return [...named, ...rows.filter((row) => !chosen.has(row))];
}

/** Notes the order of rows in their `position` column, counted from 1. */
export function renumber<Row extends { position: number }>(rows: readonly Row[]): void {
  rows.forEach((row, index) => {
    row.position = index + 1;
  });
}

/** The position of a row that nobody has put anywhere yet: after all others, where the oldest comes first. */
export const lastPosition = 2_147_483_647;
