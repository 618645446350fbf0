import { setTimeout as delay } from 'node:timers/promises';
import {
  jetstream,
  JetStreamApiCodes,
  JetStreamApiError,
  jetstreamManager,
  type JetStreamClient,
  type JetStreamManager,
  RetentionPolicy,
  StorageType,
} from '@nats-io/jetstream';
import { connect, type NatsConnection, type NodeConnectionOptions } from '@nats-io/transport-node';

/** The services whose events have a stream each. */
export type EventSource = 'customers' | 'availability' | 'orders' | 'memberships' | 'checkin';

interface StreamNames {
  stream: string;
  subjects: string;
  /** Lies outside of the stream's subjects: a heartbeat is not stored. */
  heartbeat: string;
}

/** Each source's stream and subjects, as literals. */
export const streams: Record<EventSource, StreamNames> = {
  customers: { stream: 'LIDO_CUSTOMERS', subjects: 'lido.customers.>', heartbeat: 'lido-heartbeat.customers' },
  availability: {
    stream: 'LIDO_AVAILABILITY',
    subjects: 'lido.availability.>',
    heartbeat: 'lido-heartbeat.availability',
  },
  orders: { stream: 'LIDO_ORDERS', subjects: 'lido.orders.>', heartbeat: 'lido-heartbeat.orders' },
  memberships: { stream: 'LIDO_MEMBERSHIPS', subjects: 'lido.memberships.>', heartbeat: 'lido-heartbeat.memberships' },
  checkin: { stream: 'LIDO_CHECKIN', subjects: 'lido.checkin.>', heartbeat: 'lido-heartbeat.checkin' },
};

/** A connection to NATS that comes up when the server does; nothing waits for it that need not. */
export interface Bus {
  readonly js: JetStreamClient;
  readonly jsm: JetStreamManager;
  readonly connection: NatsConnection;
  /** The name a stream or a subject has on this system; tests share one server under prefixes. */
  nameOf(literal: string): string;
}

export interface BusHandle {
  /** Resolves when the server has been reached for the first time; fails when it was not before the stop. */
  ready: Promise<Bus>;
  isConnected(): boolean;
  stop(): Promise<void>;
}

const reconnectEveryMs = 250;

/** Connects in the background and keeps trying: the outbox is there to survive an absent server. */
export function openBus({ url, prefix, name }: { url: string; prefix: string; name: string }): BusHandle {
  let bus: Bus | undefined;
  let isUp = false;
  const stopped = new AbortController();
  const ready = connectUntil(stopped.signal, { servers: url, name }).then(async (connection) => {
    const jsm = await jetstreamManager(connection, { checkAPI: false });
    const nameOf = (literal: string) =>
      prefix === '' ? literal : `${prefix}${literal.startsWith('LIDO_') ? '_' : '.'}${literal}`;
    bus = { js: jetstream(connection), jsm, connection, nameOf };
    isUp = true;
    void follow(connection, (up) => (isUp = up));
    return bus;
  });
  ready.catch(() => undefined);
  return {
    ready,
    isConnected: () => isUp,
    stop: async () => {
      stopped.abort();
      if (bus) await closeWithinMoment(bus.connection, isUp);
      isUp = false;
    },
  };
}

/** Tries until the server is there. The client's own patience for the first connection can not be ended. */
async function connectUntil(stopped: AbortSignal, options: NodeConnectionOptions): Promise<NatsConnection> {
  for (;;) {
    try {
      const forGood = { maxReconnectAttempts: -1, reconnectTimeWait: reconnectEveryMs };
      const connection = await connect({ ...options, ...forGood });
      if (!stopped.aborted) return connection;
      await connection.close();
    } catch {
      // Said by whoever has something to tell: the relay.
    }
    await delay(reconnectEveryMs, undefined, { signal: stopped });
  }
}

/** Notes whether the server is there, for as long as the connection lives. */
async function follow(connection: NatsConnection, note: (isUp: boolean) => void): Promise<void> {
  for await (const { type } of connection.status()) {
    if (type === 'disconnect') note(false);
    if (type === 'reconnect') note(true);
  }
}

/** Sends the last acknowledgements; a server that is away is not waited for. */
async function closeWithinMoment(connection: NatsConnection, isUp: boolean): Promise<void> {
  const moment = new AbortController();
  const waited = delay(drainMs, undefined, { signal: moment.signal }).catch(() => undefined);
  if (isUp) await Promise.race([connection.drain().catch(() => undefined), waited]);
  moment.abort();
  await connection.close();
}

const drainMs = 500;
const nanosPerSecond = 1_000_000_000;
const duplicateWindowSeconds = 600;
const maxAgeDays = 30;

/** Makes sure a source's stream exists. Answers true when it had to be made, so its past must be told again. */
export async function ensureStream(bus: Bus, source: EventSource): Promise<boolean> {
  const { stream, subjects } = streams[source];
  const name = bus.nameOf(stream);
  try {
    await bus.jsm.streams.info(name);
    return false;
  } catch (error) {
    // An answer that is late says nothing of the stream, and its whole past would be told for it.
    if (!(error instanceof JetStreamApiError) || error.code !== JetStreamApiCodes.StreamNotFound) throw error;
    await bus.jsm.streams.add({
      name,
      subjects: [bus.nameOf(subjects)],
      retention: RetentionPolicy.Limits,
      storage: StorageType.File,
      duplicate_window: duplicateWindowSeconds * nanosPerSecond,
      max_age: maxAgeDays * 24 * 3600 * nanosPerSecond,
    });
    return true;
  }
}
