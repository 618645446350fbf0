import { setTimeout as delay } from 'node:timers/promises';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { SpanKind } from '@opentelemetry/api';
import { headers, InvalidArgumentError } from '@nats-io/transport-node';
import { Envelope } from '@lido/proto/lido/events/v1/envelope.ts';
import type { Database } from '../db/database.ts';
import { attribute, metricName } from '../telemetry/names.ts';
import { contextOf, inSpan, type Telemetry } from '../telemetry/telemetry.ts';
import { type Bus, type BusHandle, ensureStream, type EventSource } from './bus.ts';
import { tellAgain } from './rebuild.ts';
import { waiter } from './waiter.ts';

/** Publishes what the outbox holds. */
export interface Relay {
  /** Says that a transaction with events has committed. */
  wake(): void;
  stop(): Promise<void>;
}

export interface RelayOptions {
  source: EventSource;
  db: Database;
  bus: BusHandle;
  telemetry: Telemetry;
}

interface OutboxRow {
  seq: string;
  id: string;
  type: string;
  aggregate_id: string;
  version: string;
  organisation_id: string;
  site_id: string | null;
  actor: string;
  occurred_at_ms: string;
  request_id: string;
  traceparent: string;
  payload: Buffer;
}

const batchMax = 500;
const pollMs = 1_000;
/** What commits within this time after a batch goes out with the next one: a busy service makes a few batches of many events. */
const gatherMs = 30;
/** Nobody else makes a stream anew, so that whoever does it tells its past again. */
const streamCheckMs = 10_000;
const publishTimeoutMs = 2_000;

/**
 * Starts the one relay of a service; an advisory lock keeps it the only one among replicas.
 * A row is marked after the server has stored it, so a crash anywhere publishes it again under the same message id.
 */
export function startRelay(options: RelayOptions): Relay {
  const { source, db, bus, telemetry } = options;
  const signal = waiter();
  const published = telemetry.meter.createCounter(metricName.eventsPublished, {
    description: 'Events the stream has stored.',
  });
  observeLag(db, telemetry);
  const stopped = new AbortController();

  const run = async (): Promise<void> => {
    const connected = await bus.ready;
    void republishOnReconnect(connected, db, signal.wake);
    let streamSeenMs = -Infinity;
    let isBehind = false;
    while (!stopped.signal.aborted) {
      try {
        if (!bus.isConnected()) throw new Error('nats-server is away');
        if (performance.now() - streamSeenMs > streamCheckMs) {
          if (await ensureStream(connected, source)) await tellAgain(db);
          streamSeenMs = performance.now();
        }
        const count = await db.transaction((em) => publishBatch(em, connected, telemetry));
        isBehind = false;
        published.add(count, { [attribute.service]: source });
        if (count === batchMax) continue;
        if (count > 0) await delay(gatherMs, undefined, { signal: stopped.signal });
      } catch (error) {
        streamSeenMs = -Infinity;
        // Said once, until events flow again.
        if (!stopped.signal.aborted && !isBehind) telemetry.log.warn({ err: error }, 'events wait in the outbox');
        isBehind = true;
      }
      await signal.wait(pollMs);
    }
  };
  const running = run().catch((error: unknown) => {
    if (!stopped.signal.aborted) telemetry.log.error({ err: error }, 'the relay ended');
  });
  return {
    wake: signal.wake,
    stop: async () => {
      stopped.abort();
      signal.wake();
      if (bus.isConnected()) await running;
    },
  };
}

async function publishBatch(em: SqlEntityManager, bus: Bus, telemetry: Telemetry): Promise<number> {
  const rows = await em.execute<OutboxRow[]>(
    `select seq, id, type, aggregate_id, version, organisation_id, site_id, actor,
            (extract(epoch from occurred_at) * 1000)::bigint as occurred_at_ms, request_id, traceparent, payload
     from waiting_events(${batchMax})`,
  );
  if (rows.length === 0) return 0;
  const results = await Promise.allSettled(rows.map((row) => publish(row, bus, telemetry)));
  const stored = rows.filter((_, index) => results[index]?.status === 'fulfilled').map((row) => row.seq);
  if (stored.length > 0) {
    await em.execute(
      'update outbox set published_at = lido_now() where seq = any(?::bigint[])',
      [`{${stored.join(',')}}`],
      'run',
    );
  }
  const refused = rows.filter((_, index) => isTooLarge(results[index]));
  if (refused.length > 0) await setAside(em, refused, telemetry);
  const failure = results.find((result) => result.status === 'rejected' && !isTooLarge(result));
  if (failure?.status === 'rejected' && stored.length === 0) throw failure.reason;
  return rows.length === batchMax && failure ? 0 : stored.length;
}

/** Whether a server said that it never takes a message of this size. */
function isTooLarge(result: PromiseSettledResult<unknown> | undefined): boolean {
  if (result?.status !== 'rejected') return false;
  const { reason } = result as { reason: unknown };
  return reason instanceof InvalidArgumentError && reason.message.includes('max_payload');
}

/** Gives events up that no stream takes, so that neither the others nor whoever asks how far the outbox is behind wait for them. */
async function setAside(em: SqlEntityManager, rows: readonly OutboxRow[], { log }: Telemetry): Promise<void> {
  const seqs = `{${rows.map(({ seq }) => seq).join(',')}}`;
  await em.execute('update outbox set set_aside_at = lido_now() where seq = any(?::bigint[])', [seqs], 'run');
  for (const { id, type, aggregate_id } of rows) {
    log.error(
      { event_id: id, event_type: type, aggregate_id },
      'an event is too large for the server and is never told',
    );
  }
}

/** The client sends in the order of these calls, so the server stores each aggregate's events in version order. */
function publish(row: OutboxRow, bus: Bus, telemetry: Telemetry): Promise<unknown> {
  const bytes = Envelope.encode({
    id: row.id,
    type: row.type,
    aggregateId: row.aggregate_id,
    version: Number(row.version),
    organisationId: row.organisation_id,
    siteId: row.site_id,
    actor: row.actor,
    occurredAtMs: Number(row.occurred_at_ms),
    requestId: row.request_id,
    traceparent: row.traceparent,
    payload: row.payload,
  }).finish();
  const attributes = {
    [attribute.messagingSystem]: 'nats',
    [attribute.messagingSubject]: row.type,
    [attribute.messageId]: row.id,
  };
  const options = { kind: SpanKind.PRODUCER, attributes, parent: contextOf(row.traceparent) };
  return inSpan(telemetry.tracer, `publish ${row.type}`, options, (span) => {
    const { traceId, spanId, traceFlags } = span.spanContext();
    const header = headers();
    header.set('traceparent', `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`);
    return bus.js.publish(bus.nameOf(row.type), bytes, { msgID: row.id, headers: header, timeout: publishTimeoutMs });
  });
}

/** Another server may lack what the last one acknowledged shortly before it went. */
async function republishOnReconnect(bus: Bus, db: Database, wake: () => void): Promise<void> {
  for await (const event of bus.connection.status()) {
    if (event.type !== 'reconnect') continue;
    await db
      .fork()
      .execute(
        `update outbox set published_at = null where published_at > lido_now() - interval '10 minutes'`,
        [],
        'run',
      )
      .catch(() => 0);
    wake();
  }
}

/** How many events wait: the first sign of a NATS that is away. */
function observeLag(db: Database, { meter }: Telemetry): void {
  const gauge = meter.createObservableGauge(metricName.outboxLag, {
    description: 'Events written and not yet published.',
  });
  gauge.addCallback(async (result) => {
    const [row] = await db
      .fork()
      .execute<{ count: string }[]>('select count(*) from outbox where published_at is null and set_aside_at is null');
    result.observe(Number(row?.count ?? 0));
  });
}
