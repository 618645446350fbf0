import type { Outcome, Reason } from './decision.ts';
import type { Tap } from './tap.ts';

/** One line of what a device decided by itself while it could not ask. */
export interface JournalEntry {
  /** With the device's own time. */
  readonly tap: Tap;
  readonly deviceDecision: Outcome;
}

/** What became of an entry: stored now, stored before, stored apart because its time can not be right, or not stored. */
export type ReplayStatus = 'accepted' | 'known' | 'quarantined' | 'rejected';

export interface ReplayResult {
  readonly eventId: string;
  readonly status: ReplayStatus;
  /** Why we would have decided otherwise, or why the entry was not taken. */
  readonly flags: readonly Reason[];
}

/** Clocks differ; a tap later than this after its entry came in has not happened. */
const clockAheadMaxMs = 5 * 60_000;

/** Whether a tap claims to be from a time that has not come. Exactly five minutes ahead still counts as now. */
export function isClockAhead({ occurredAt, receivedAt }: Pick<Tap, 'occurredAt' | 'receivedAt'>): boolean {
  return occurredAt.getTime() - receivedAt.getTime() > clockAheadMaxMs;
}
