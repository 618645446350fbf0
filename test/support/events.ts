import type { JetStreamClient } from '@nats-io/jetstream';
import { Envelope } from '@lido/proto/lido/events/v1/envelope.ts';
import { type EventSource, openBus, streams } from '@lido/runtime/events/bus.ts';
import { natsUrl } from './servers.ts';

/** What a source has told, read from the real stream. */
export interface Told {
  /** All events up to the first that satisfies `isLast`; fails when none comes in time. */
  until(isLast: (event: Envelope) => boolean): Promise<Envelope[]>;
  stop(): Promise<void>;
}

const waitMs = 10_000;

/** Opens a source's stream of the service that uses `prefix`. */
export async function openEvents(prefix: string, source: EventSource): Promise<Told> {
  const handle = openBus({ url: natsUrl(), prefix, name: 'test' });
  const { js, nameOf } = await handle.ready;
  return {
    until: (isLast) => readUntil(js, nameOf(streams[source].stream), isLast),
    stop: () => handle.stop(),
  };
}

async function readUntil(
  js: JetStreamClient,
  stream: string,
  isLast: (event: Envelope) => boolean,
): Promise<Envelope[]> {
  const consumer = await js.consumers.get(stream);
  const messages = await consumer.consume();
  const timer = setTimeout(() => messages.stop(), waitMs);
  const events: Envelope[] = [];
  try {
    for await (const message of messages) {
      const event = Envelope.decode(message.data);
      events.push(event);
      if (isLast(event)) return events;
    }
  } finally {
    clearTimeout(timer);
    messages.stop();
  }
  throw new Error(
    `The event did not come within ${waitMs} ms; these did: ${events.map(({ type }) => type).join(', ')}`,
  );
}
