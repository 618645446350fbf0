import type { JetStreamClient } from '@nats-io/jetstream';
import { Site } from '@lido/proto/lido/customers/v1/site.ts';
import { type Database, openDatabase } from '@lido/runtime/db/database.ts';
import { ensureStream, openBus } from '@lido/runtime/events/bus.ts';
import { writeEvent } from '@lido/runtime/events/outbox.ts';
import { type Relay, startRelay } from '@lido/runtime/events/relay.ts';
import { newUuid } from '@lido/runtime/service/ids.ts';
import { startTelemetry } from '@lido/runtime/telemetry/telemetry.ts';
import { waitUntil } from '../../tools/local/ports.ts';
import { benchRow, type BenchRow } from './bench-row.ts';
import { echoSite } from './children/echo-site.ts';
import { randomName } from './random-name.ts';
import { median } from './statistics.ts';
import type { Workbench } from './workbench.ts';

const eventCount = 5_000;
const warmUpCount = 1_000;
const rounds = 3;
const bareInFlight = 64;
const subject = 'lido.customers.site.saved';

/** From committed outbox rows to acknowledged messages, beside bare publishes of messages as large to the same server. */
export async function outbox(bench: Workbench): Promise<BenchRow[]> {
  const { db, relay, publishBare } = await openParts(bench);
  const ours: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const count = round === 0 ? warmUpCount : eventCount;
    bench.say(`  ${count} events${round === 0 ? ' to warm up' : ''}`);
    const relayed = await relayRate(db, relay, count);
    const published = await publishBare(count);
    if (round === 0) continue;
    ours.push(relayed);
    bare.push(published);
  }
  return [benchRow({ name: 'outbox relay', figure: median(ours), unit: 'events/s', against: median(bare) })];
}

interface Parts {
  readonly db: Database;
  readonly relay: Relay;
  /** Publishes so many messages, 64 in flight; answers messages per second. */
  publishBare(count: number): Promise<number>;
}

async function openParts(bench: Workbench): Promise<Parts> {
  const telemetry = startTelemetry({ service: 'bench', logLevel: 'error' });
  bench.defer(() => telemetry.stop());
  const db = await openDatabase({ url: await bench.freshDatabase(), entities: [], migrations: [], telemetry });
  bench.defer(() => db.stop());
  const url = await bench.natsUrl();
  const bus = openBus({ url, prefix: randomName(), name: 'bench' });
  const bareBus = openBus({ url, prefix: randomName(), name: 'bench-bare' });
  bench.defer(() => Promise.all([bus.stop(), bareBus.stop()]));
  const relay = startRelay({ source: 'customers', db, bus, telemetry });
  bench.defer(() => relay.stop());
  const bare = await bareBus.ready;
  await ensureStream(bare, 'customers');
  return { db, relay, publishBare: (count) => bareRate(bare.js, bare.nameOf(subject), count) };
}

/** Events per second from the commit of their rows until the last one is marked as published. */
async function relayRate(db: Database, relay: Relay, count: number): Promise<number> {
  await db.transaction(async (em) => {
    for (let index = 0; index < count; index++) {
      await writeEvent(
        em,
        { type: subject, aggregateId: `site-${index % 500}`, organisationId: 'bench', payload: payload() },
        { actor: 'service:bench', requestId: 'bench' },
      );
    }
  });
  const begun = performance.now();
  relay.wake();
  const isDone = async (): Promise<boolean> => {
    const [row] = await db
      .fork()
      .execute<{ left: boolean }[]>('select exists (select from outbox where published_at is null) as left');
    return row?.left === false;
  };
  if (!(await waitUntil(isDone, 60_000))) throw new Error('The relay did not publish all events within a minute.');
  return (count * 1000) / (performance.now() - begun);
}

async function bareRate(js: JetStreamClient, name: string, count: number): Promise<number> {
  const begun = performance.now();
  let left = count;
  const keepPublishing = async (): Promise<void> => {
    while (left-- > 0) await js.publish(name, payload(), { msgID: newUuid() });
  };
  await Promise.all(Array.from({ length: bareInFlight }, keepPublishing));
  return (count * 1000) / (performance.now() - begun);
}

function payload(): Uint8Array {
  return Site.encode(echoSite(newUuid())).finish();
}
