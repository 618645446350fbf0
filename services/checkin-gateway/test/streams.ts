import { randomUUID } from 'node:crypto';
import { CheckIn } from '@lido/proto/lido/checkin/v1/check_in.ts';
import { Envelope } from '@lido/proto/lido/events/v1/envelope.ts';
import { Membership } from '@lido/proto/lido/memberships/v1/membership.ts';
import { Order } from '@lido/proto/lido/orders/v1/order.ts';
import { publishHeartbeat } from '@lido/runtime/events/heartbeat.ts';
import { ensureStream, type EventSource, openBus, streams } from '@lido/runtime/events/bus.ts';
import { natsUrl } from '../../../test/support/servers.ts';

/** A check-in event as it stands in the gateway's stream. */
export interface ToldCheckIn {
  readonly type: string;
  readonly envelope: Envelope;
  readonly checkIn: CheckIn;
}

/** The real streams under a test's prefix: told into for services whose events a test writes itself, and read from. */
export interface Streams {
  tellMembership(membership: Membership): Promise<void>;
  tellOrder(type: 'lido.orders.order.submitted' | 'lido.orders.order.cancelled', order: Order): Promise<void>;
  /** Lets a source whose events the test writes say that it is there, or be silent. */
  setBeating(source: EventSource, isBeating: boolean): void;
  /** Reads the gateway's check-in events until there are as many of the customer. */
  checkInsOf(customerId: string, count: number): Promise<ToldCheckIn[]>;
  stop(): Promise<void>;
}

const waitMs = 10_000;
const beatMs = 200;

/** Opens the streams under a prefix; the sources that the test speaks for say that they are there. */
export async function openStreams(prefix: string, spokenFor: readonly EventSource[]): Promise<Streams> {
  const handle = openBus({ url: natsUrl(), prefix, name: 'test' });
  const bus = await handle.ready;
  const versions = new Map<string, number>();
  const beating = new Set(spokenFor);
  for (const source of spokenFor) await ensureStream(bus, source);
  const beats = setInterval(() => {
    for (const source of beating) void publishHeartbeat(handle, streams[source].heartbeat, { behindMs: 0 });
  }, beatMs);

  const tell = async (
    source: EventSource,
    event: Pick<Envelope, 'type' | 'aggregateId' | 'organisationId' | 'payload'>,
  ): Promise<void> => {
    await ensureStream(bus, source);
    const version = (versions.get(event.aggregateId) ?? 0) + 1;
    versions.set(event.aggregateId, version);
    const envelope: Envelope = {
      ...event,
      version,
      id: randomUUID(),
      siteId: null,
      actor: 'service:test',
      occurredAtMs: Date.now(),
      requestId: randomUUID(),
      traceparent: '',
    };
    await bus.js.publish(bus.nameOf(event.type), Envelope.encode(envelope).finish(), { msgID: envelope.id });
  };

  const readCheckIns = async (customerId: string, count: number): Promise<ToldCheckIn[]> => {
    const consumer = await bus.js.consumers.get(bus.nameOf(streams.checkin.stream));
    const messages = await consumer.consume();
    const timer = setTimeout(() => messages.stop(), waitMs);
    const told: ToldCheckIn[] = [];
    try {
      for await (const message of messages) {
        const envelope = Envelope.decode(message.data);
        if (!envelope.type.startsWith('lido.checkin.check_in.')) continue;
        const checkIn = CheckIn.decode(envelope.payload);
        if (checkIn.customer?.id === customerId) told.push({ type: envelope.type, envelope, checkIn });
        if (told.length === count) return told;
      }
    } finally {
      clearTimeout(timer);
      messages.stop();
    }
    throw new Error(`Only ${told.length} of ${count} events came within ${waitMs} ms.`);
  };

  return {
    tellMembership: (membership) =>
      tell('memberships', {
        type: 'lido.memberships.membership.saved',
        aggregateId: membership.id,
        organisationId: membership.organisationId,
        payload: Buffer.from(Membership.encode(membership).finish()),
      }),
    tellOrder: (type, order) =>
      tell('orders', {
        type,
        aggregateId: order.id,
        organisationId: order.organisationId,
        payload: Buffer.from(Order.encode(order).finish()),
      }),
    setBeating: (source, isBeating) => {
      if (isBeating) beating.add(source);
      else beating.delete(source);
    },
    checkInsOf: readCheckIns,
    stop: () => {
      clearInterval(beats);
      return handle.stop();
    },
  };
}
