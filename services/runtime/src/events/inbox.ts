import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { Envelope } from '@lido/proto/lido/events/v1/envelope.ts';

interface Seen {
  isRepeated: boolean;
  /** The highest version of the aggregate this consumer had before; 0 for none. */
  previousVersion: number;
}

/** Notes an event in the transaction of its effect. A repeated one changes nothing. */
export async function recordInInbox(em: SqlEntityManager, consumer: string, event: Envelope): Promise<Seen> {
  const [inserted] = await em.execute<unknown[]>(
    `insert into inbox (consumer, event_id, received_at) values (?, ?, lido_now()) on conflict do nothing returning 1`,
    [consumer, event.id],
  );
  if (!inserted) return { isRepeated: true, previousVersion: 0 };
  // A row that came to be while this statement waited is not in `before`, but what is kept shows it.
  const [row] = await em.execute<{ previous: string | null }[]>(
    `with before as (select version from inbox_versions where consumer = ? and aggregate_id = ? for update),
          kept as (
            insert into inbox_versions (consumer, aggregate_id, version) values (?, ?, ?)
            on conflict (consumer, aggregate_id) do update
              set version = greatest(inbox_versions.version, excluded.version), recorded_at = excluded.recorded_at
            returning version)
     select greatest((select version from before), nullif((select version from kept), ?)) as previous`,
    [consumer, event.aggregateId, consumer, event.aggregateId, event.version, event.version],
  );
  return { isRepeated: false, previousVersion: Number(row?.previous ?? 0) };
}

/** An aggregate's state as its owner exports it to a rebuild that began at an instant of the consumer's database's clock. */
export interface ExportedVersion {
  readonly aggregateId: string;
  readonly version: number;
  readonly since: Date;
}

/**
 * Notes that a consumer takes an aggregate's state from its owner instead of from an event, in the transaction that keeps it.
 * Answers false where an event has told something newer since the rebuild began; events that are older than what is taken are
 * passed over later. A higher version from before is no longer true: the owner was restored from a backup.
 */
export async function recordExported(
  em: SqlEntityManager,
  consumer: string,
  { aggregateId, version, since }: ExportedVersion,
): Promise<boolean> {
  const rows = await em.execute<unknown[]>(
    `insert into inbox_versions (consumer, aggregate_id, version) values (?, ?, ?)
     on conflict (consumer, aggregate_id) do update
       set version = excluded.version, recorded_at = excluded.recorded_at
       where inbox_versions.version <= excluded.version or inbox_versions.recorded_at < ?
     returning 1`,
    [consumer, aggregateId, version, since],
  );
  return rows.length > 0;
}

/** Whether an event has come before the one it follows. */
export function isOutOfOrder(event: Envelope, previousVersion: number): boolean {
  return event.version > previousVersion + 1;
}
