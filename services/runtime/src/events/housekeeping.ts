import type { Database } from '../db/database.ts';

/** How many rows one transaction of housekeeping deletes at most. */
export const batchMax = 5_000;

/**
 * Deletes what is no longer needed, in small transactions: outbox rows 30 days after they were told or given up, the inbox after 60 days, so that
 * it outlives every event that may come again, idempotency keys after the 24 hours that clients are promised, and jobs with
 * their results when they expire.
 */
export async function tidyUp(db: Database): Promise<void> {
  for (const statement of tidyings) await deleteInBatches(db, statement);
}

/** Repeats a statement that deletes at most so many rows and returns them, until nothing is left to delete. Answers how many. */
export async function deleteInBatches(
  db: Pick<Database, 'fork'>,
  statement: string,
  values: readonly unknown[] = [],
  countMax = batchMax,
): Promise<number> {
  for (let deleted = 0; ; ) {
    const rows = await db.fork().execute<unknown[]>(statement, [...values]);
    deleted += rows.length;
    if (rows.length < countMax) return deleted;
  }
}

/** The time is asked for once, in a query of its own: an index is not searched for what a volatile function answers. */
export const tidyings = [
  `delete from outbox where seq in (
     select seq from outbox where published_at < (select lido_now()) - interval '30 days' limit ${batchMax}) returning 1`,
  `delete from outbox where seq in (
     select seq from outbox where set_aside_at < (select lido_now()) - interval '30 days' limit ${batchMax}) returning 1`,
  `delete from inbox where (consumer, event_id) in (
     select consumer, event_id from inbox where received_at < (select lido_now()) - interval '60 days' limit ${batchMax}) returning 1`,
  `delete from idempotency_keys where (principal, rpc, key) in (
     select principal, rpc, key from idempotency_keys where created_at < (select lido_now()) - interval '24 hours' limit ${batchMax}) returning 1`,
  `delete from jobs where id in (select id from jobs where expires_at <= (select lido_now()) limit ${batchMax}) returning 1`,
];
