import { deleteInBatches } from '@lido/runtime/events/housekeeping.ts';
import type { ServiceParts } from '@lido/runtime/service/start-service.ts';

const batchMax = 1_000;
const dayMs = 86_400_000;

/** The log, and the taps behind it, with the column that says how old a row is. A journal may tell of a time that has not come. */
const forgettable = { attempts: 'occurred_at', taps: 'received_at' } as const;

/**
 * Forgets the attempts, and the taps behind them, that are older than so many days, batch by batch. Answers how many rows. Visits stay,
 * because they are made of movements: a tap that is handed in again after that changes nothing.
 */
export async function forgetOldTaps(
  { db, clock }: Pick<ServiceParts, 'db' | 'clock'>,
  retentionDays: number,
  countMax = batchMax,
): Promise<number> {
  const before = new Date(clock.nowMs() - retentionDays * dayMs);
  let forgotten = 0;
  for (const [table, age] of Object.entries(forgettable)) {
    const statement = `delete from ${table} where (device_id, event_id) in (
      select device_id, event_id from ${table} where ${age} < ? order by ${age} limit ?
      for update skip locked) returning 1`;
    forgotten += await deleteInBatches(db, statement, [before, countMax], countMax);
  }
  return forgotten;
}
