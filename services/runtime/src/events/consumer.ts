import { AckPolicy, type Consumer, DeliverPolicy, type JsMsg } from '@nats-io/jetstream';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { type Counter, SpanKind } from '@opentelemetry/api';
import { Envelope } from '@lido/proto/lido/events/v1/envelope.ts';
import type { Database } from '../db/database.ts';
import { attribute, metricName } from '../telemetry/names.ts';
import { contextOf, inSpan, type Telemetry } from '../telemetry/telemetry.ts';
import { type Bus, type BusHandle, type EventSource, streams } from './bus.ts';
import { isOutOfOrder, recordInInbox } from './inbox.ts';
import type { Origin } from './outbox.ts';
import { waiter } from './waiter.ts';

/** What a handler works with: a transaction of its own and the origin that its own events shall name. */
export interface EventContext {
  em: SqlEntityManager;
  origin: Origin;
}

export type EventHandler = (event: Envelope, context: EventContext) => Promise<void>;

/** One service's interest in another's events. */
export interface Subscription {
  /** The durable consumer's name, such as `orders-from-customers`; also the inbox's key. */
  name: string;
  source: EventSource;
  /**
   * What the types of an aggregate's events begin with, such as `lido.orders.order.`; all of the source's where absent. An
   * aggregate is heard whole or not at all, so that none of its events is missed in its order. The others are never sent here.
   */
  aggregate?: `lido.${string}.`;
  /**
   * `projection` applies only what is newer than it has; `effect` does each event once, in each aggregate's order.
   */
  mode: 'projection' | 'effect';
  /** By event type; other types are passed over. */
  handlers: Partial<Record<`lido.${string}`, EventHandler>>;
}

export interface ConsumerOptions {
  db: Database;
  bus: BusHandle;
  telemetry: Telemetry;
  /** Called after a handler's transaction, which may have written events. */
  onCommit(): void;
}

/** The same with what is counted. */
interface Consuming extends ConsumerOptions {
  consumed: Counter;
  /** How often each event has failed here; what waits for its predecessor is delivered again without having failed. */
  failures: Map<string, number>;
}

export interface RunningConsumer {
  stop(): Promise<void>;
}

const fetchMax = 64;
const fetchExpiresMs = 1_000;
const ackWaitNanos = 10_000_000_000;
const retryMs = 500;
const failuresMax = 6;
const orderWaitDeliveriesMax = 20;
const orderWaitMs = 100;

/** Consumes a source's events: inbox row and effect in one transaction, then the acknowledgement. */
export function startConsumer(subscription: Subscription, options: ConsumerOptions): RunningConsumer {
  const stopped = new AbortController();
  const signal = waiter();
  const { telemetry } = options;
  const consumed = telemetry.meter.createCounter(metricName.eventsConsumed, {
    description: 'Events handled or passed over.',
  });
  const consuming: Consuming = { ...options, consumed, failures: new Map() };
  const run = async (): Promise<void> => {
    const bus = await options.bus.ready;
    while (!stopped.signal.aborted) {
      try {
        if (!options.bus.isConnected()) throw new Error('nats-server is away');
        const consumer = await ensureConsumer(bus, subscription);
        while (!stopped.signal.aborted) {
          if ((await drain(consumer, subscription, consuming, stopped.signal)) === 0) await consumer.info();
        }
      } catch (error) {
        if (stopped.signal.aborted) return;
        telemetry.log.debug({ err: error, consumer: subscription.name }, 'the consumer starts again');
        await signal.wait(retryMs);
      }
    }
  };
  const running = run().catch(() => undefined);
  return {
    stop: async () => {
      stopped.abort();
      signal.wake();
      if (options.bus.isConnected()) await running;
    },
  };
}

/** Fails while the stream is not there: its owner makes it, and tells its past again. */
async function ensureConsumer(bus: Bus, subscription: Subscription): Promise<Consumer> {
  const { stream, subjects } = streams[subscription.source];
  const streamName = bus.nameOf(stream);
  const { name, aggregate } = subscription;
  const filter = { filter_subject: bus.nameOf(aggregate ? `${aggregate}>` : subjects) };
  const options = { ack_policy: AckPolicy.Explicit, deliver_policy: DeliverPolicy.All, ack_wait: ackWaitNanos };
  const config = { durable_name: name, ...options, ...filter, max_ack_pending: 256 };
  // One that an older version has made may hear of more, and goes on from where it is.
  await bus.jsm.consumers.add(streamName, config).catch(() => bus.jsm.consumers.update(streamName, name, filter));
  return bus.js.consumers.get(streamName, subscription.name);
}

/** Takes what comes within a moment. What a stop leaves over is given back, so that the next process need not wait for it. */
async function drain(
  consumer: Consumer,
  subscription: Subscription,
  options: Consuming,
  signal: AbortSignal,
): Promise<number> {
  const messages = await consumer.fetch({ max_messages: fetchMax, expires: fetchExpiresMs });
  let count = 0;
  for await (const message of messages) {
    count++;
    if (signal.aborted) message.nak();
    else await receive(message, subscription, options);
  }
  return count;
}

/** Handles one message to its acknowledgement; never throws, so that one bad event does not end the consumer. */
async function receive(message: JsMsg, subscription: Subscription, options: Consuming): Promise<void> {
  const { telemetry } = options;
  const event = Envelope.decode(message.data);
  const handler = subscription.handlers[event.type as `lido.${string}`];
  const attributes = {
    [attribute.messagingSystem]: 'nats',
    [attribute.messagingSubject]: event.type,
    [attribute.messagingConsumer]: subscription.name,
    [attribute.messageId]: event.id,
  };
  const parent = contextOf(message.headers?.get('traceparent') ?? event.traceparent);
  try {
    await inSpan(telemetry.tracer, `consume ${event.type}`, { kind: SpanKind.CONSUMER, attributes, parent }, () =>
      apply(event, handler, subscription, { ...options, delivery: message.info.deliveryCount }),
    );
    message.ack();
    options.failures.delete(event.id);
    options.consumed.add(1, { [attribute.messagingConsumer]: subscription.name });
  } catch (error) {
    await fail(error, { message, event, subscription, options });
  }
}

class WaitForPredecessor extends Error {}

async function apply(
  event: Envelope,
  handler: EventHandler | undefined,
  subscription: Subscription,
  options: ConsumerOptions & { delivery: number },
): Promise<void> {
  await options.db.transaction(async (em) => {
    const seen = await recordInInbox(em, subscription.name, event);
    if (seen.isRepeated) return;
    if (
      subscription.mode === 'effect' &&
      isOutOfOrder(event, seen.previousVersion) &&
      options.delivery < orderWaitDeliveriesMax
    ) {
      throw new WaitForPredecessor();
    }
    const isStale = subscription.mode === 'projection' && seen.previousVersion >= event.version;
    if (handler && !isStale) {
      await handler(event, { em, origin: { actor: `service:${subscription.name}`, requestId: event.requestId } });
    }
  });
  if (handler) options.onCommit();
}

interface Received {
  message: JsMsg;
  event: Envelope;
  subscription: Subscription;
  options: Consuming;
}

async function fail(error: unknown, received: Received): Promise<void> {
  const { message, event, subscription, options } = received;
  if (error instanceof WaitForPredecessor) return message.nak(orderWaitMs);
  const { log } = options.telemetry;
  const context = { err: error, consumer: subscription.name, event_id: event.id, event_type: event.type };
  const failures = (options.failures.get(event.id) ?? 0) + 1;
  options.failures.set(event.id, failures);
  if (failures < failuresMax) {
    log.warn(context, 'an event failed and is tried again');
    return message.nak(100 * 2 ** failures);
  }
  log.error(context, 'an event failed too often and is kept as a dead letter');
  try {
    await options.db.fork().execute(
      `insert into dead_letters (consumer, event_id, type, envelope, error, failed_at) values (?, ?, ?, ?, ?, lido_now())
       on conflict do nothing`,
      [subscription.name, event.id, event.type, Buffer.from(message.data), String(error)],
      'run',
    );
    message.term();
    options.failures.delete(event.id);
  } catch {
    message.nak(retryMs);
  }
}
