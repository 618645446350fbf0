import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { EventHandler, EventContext } from '@lido/runtime/events/consumer.ts';
import type { Envelope } from '@lido/proto/lido/events/v1/envelope.ts';

/** Wraps a projection's handler so that it also notes how old the event was when it arrived. */
export function noteLag(source: string, handler: EventHandler): EventHandler {
  return async (event, context) => {
    await handler(event, context);
    await keepLag(source, event, context);
  };
}

/** How far the slowest source was behind its owner when its latest event arrived; undefined before any event. */
export async function findLagMs(em: SqlEntityManager): Promise<number | undefined> {
  const [row] = await em.execute<{ lag: number | null }[]>('select max(lag_ms) as lag from projection_sources');
  return row?.lag ?? undefined;
}

async function keepLag(source: string, event: Envelope, { em }: EventContext): Promise<void> {
  await em.execute(
    `insert into projection_sources (source, lag_ms, received_at)
     select ?, least(greatest(0, extract(epoch from lido_now()) * 1000 - ?), 2147483647)::int, lido_now()
     on conflict (source) do update set lag_ms = excluded.lag_ms, received_at = excluded.received_at`,
    [source, event.occurredAtMs],
    'run',
  );
}
