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
  const [row] = await em.execute<{ previous: string | null }[]>(
    `with before as (select version from inbox_versions where consumer = ? and aggregate_id = ? for update),
          kept as (
            insert into inbox_versions (consumer, aggregate_id, version) values (?, ?, ?)
            on conflict (consumer, aggregate_id) do update set version = greatest(inbox_versions.version, excluded.version))
     select (select version from before) as previous`,
    [consumer, event.aggregateId, consumer, event.aggregateId, event.version],
  );
  return { isRepeated: false, previousVersion: Number(row?.previous ?? 0) };
}

/** Whether an event has come before the one it follows. */
export function isOutOfOrder(event: Envelope, previousVersion: number): boolean {
  return event.version > previousVersion + 1;
}
