import { overlap, type Window } from './schedule.ts';

/** An exception from the rota as it is stored. */
export interface Exception extends Window {
  readonly id: string;
  readonly isAvailable: boolean;
}

/** What has to be done with a practitioner's exceptions so that one date is as wanted. */
export interface DayChange {
  readonly removedIds: readonly string[];
  /** Exceptions that go beyond the date keep what lies outside. */
  readonly trimmed: readonly (Window & { readonly id: string })[];
  readonly added: readonly (Window & { readonly isAvailable: boolean })[];
}

/**
 * Replaces the exceptions of the day `day` so that exactly the `wanted` windows are worked. Where the recurring rota has the same windows
 * none are needed. Exceptions that also cover other time are left as they are there.
 */
export function setDay(
  exceptions: readonly Exception[],
  day: Window,
  { wanted, recurring }: { readonly wanted: readonly Window[]; readonly recurring: readonly Window[] },
): DayChange {
  const removedIds: string[] = [];
  const trimmed: (Window & { id: string })[] = [];
  const added: (Window & { isAvailable: boolean })[] = [];
  for (const { id, isAvailable, fromMs, toMs } of exceptions.filter((exception) => overlap(exception, day))) {
    const [kept, ...others] = [
      { fromMs, toMs: day.fromMs },
      { fromMs: day.toMs, toMs },
    ].filter((part) => part.fromMs < part.toMs);
    if (kept) trimmed.push({ id, ...kept });
    else removedIds.push(id);
    for (const part of others) added.push({ ...part, isAvailable });
  }
  if (!sameWindows(wanted, recurring)) {
    added.push({ ...day, isAvailable: false });
    for (const window of wanted) added.push({ ...window, isAvailable: true });
  }
  return { removedIds, trimmed, added };
}

function sameWindows(a: readonly Window[], b: readonly Window[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ fromMs, toMs }, index) => fromMs === b[index]?.fromMs && toMs === b[index]?.toMs)
  );
}
