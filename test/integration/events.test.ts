import { randomUUID } from 'node:crypto';
import { TimeoutError } from '@nats-io/transport-node';
import { MikroORM } from '@mikro-orm/postgresql';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { Envelope } from '@lido/proto/lido/events/v1/envelope.ts';
import { Heartbeat } from '@lido/proto/lido/events/v1/heartbeat.ts';
import { SiteDirectoryServiceService } from '@lido/proto/lido/customers/internal/v1/site.ts';
import { Site, SiteServiceService } from '@lido/proto/lido/customers/v1/site.ts';
import { openDatabase } from '@lido/runtime/db/database.ts';
import { type Bus, ensureStream, openBus } from '@lido/runtime/events/bus.ts';
import { type RunningConsumer, startConsumer, type Subscription } from '@lido/runtime/events/consumer.ts';
import { replayDeadLetters } from '@lido/runtime/events/dead-letters.ts';
import { peerOf } from '@lido/runtime/grpc/client.ts';
import { servicePrincipal } from '@lido/runtime/grpc/principal.ts';
import type { RunningService } from '@lido/runtime/service/start-service.ts';
import { startTelemetry } from '@lido/runtime/telemetry/telemetry.ts';
import { projectSite, rebuildSites } from '@lido/runtime/tenancy/sites.repository.ts';
import { start as startCustomers } from '../../services/customers/src/start.ts';
import { connectTo } from '../support/clients.ts';
import { freshDatabase, freshNats, randomPrefix, type TestDatabase, type TestNats } from '../support/servers.ts';

const telemetry = startTelemetry({ service: 'test', logLevel: 'silent' });
const caller = { principal: servicePrincipal('test', 'org'), requestId: 'test' };
let nats: TestNats;
let owner: TestDatabase;
let reader: TestDatabase;
let customers: RunningService;
const bootstrap = randomPrefix();

const startOwner = (): Promise<RunningService> =>
  startCustomers({
    LIDO_DATABASE_URL: owner.url,
    LIDO_NATS_URL: nats.url,
    LIDO_LOG_LEVEL: 'silent',
    LIDO_BOOTSTRAP_TOKEN: bootstrap,
    LIDO_MEMBERSHIPS_ADDRESS: '127.0.0.1:1',
  });

async function createSite(name: string): Promise<Site> {
  const client = connectTo(customers.address, { name: 'customers', telemetry });
  const organisationId = await organisation();
  const site = await peerOf(SiteServiceService, client).createSite(
    { ...blank, name, timezone: 'Europe/London', currency: 'GBP', openingHours: [], openingExceptions: [] },
    { principal: servicePrincipal('test', organisationId), requestId: 'test' },
  );
  client.close();
  return site;
}
const blank = { id: '', organisationId: '', brandId: '', createdAt: '', updatedAt: '' };

async function organisation(): Promise<string> {
  const [row] = await sql<{ id: string }>(owner, 'select id from organisations limit 1');
  return row?.id ?? '';
}

async function sql<Row>(database: TestDatabase, text: string): Promise<Row[]> {
  const orm = await MikroORM.init({ clientUrl: database.url, entities: [], discovery: { warnWhenNoEntities: false } });
  try {
    return await orm.em.execute<Row[]>(text);
  } finally {
    await orm.close(true);
  }
}

/** Whether the last event of an aggregate stands in its stream. */
async function published(aggregateId: string): Promise<boolean> {
  const told = `select bool_and(published_at is not null) as done from outbox where aggregate_id = '${aggregateId}'`;
  return (await sql<{ done: boolean }>(owner, told))[0]?.done ?? false;
}

/** What the tests do on the server themselves. */
async function openTestBus(): Promise<Bus> {
  const handle = openBus({ url: nats.url, prefix: '', name: 'test' });
  onTestFinished(() => handle.stop());
  return handle.ready;
}

/** A reader of the stream with an inbox of its own; counts how often its handler is called for each site. */
async function startReader(
  name: string,
  handle = projectSite,
  { aggregate, mode = 'projection' }: Partial<Pick<Subscription, 'aggregate' | 'mode'>> = {},
): Promise<{ handled: string[]; consumer: RunningConsumer; stop(): Promise<void> }> {
  const db = await openDatabase({ url: reader.url, entities: [], migrations: [], telemetry });
  const bus = openBus({ url: nats.url, prefix: '', name });
  const handled: string[] = [];
  const consumer = startConsumer(
    {
      name,
      source: 'customers',
      ...(aggregate && { aggregate }),
      mode,
      handlers: {
        'lido.customers.site.saved': async (event, context) => {
          await handle(event, context);
          handled.push(Site.decode(event.payload).name);
        },
      },
    },
    { db, bus, telemetry, onCommit: () => undefined },
  );
  const stop = async (): Promise<void> => {
    await consumer.stop();
    await bus.stop();
    await db.stop();
  };
  return { handled, consumer, stop };
}

beforeAll(async () => {
  nats = await freshNats();
  owner = await freshDatabase();
  reader = await freshDatabase();
  customers = await startOwner();
});
afterAll(async () => {
  await customers.stop();
  await Promise.all([owner.drop(), reader.drop(), nats.drop()]);
});

describe('an event', () => {
  test('whose process ends after the outbox row and before the publish is told by the next process', async () => {
    await nats.stop();
    await createSite('Told later');
    await customers.stop();
    await nats.start();
    customers = await startOwner();
    const watching = await startReader('reader-of-restarts');
    await vi.waitFor(() => expect(watching.handled).toContain('Told later'), { timeout: 20_000 });
    await watching.stop();
  });

  test('is not lost when the whole store of the server is wiped', async () => {
    await createSite('Before the wipe');
    await vi.waitFor(
      async () => expect(await sql(owner, 'select 1 from outbox where published_at is null')).toEqual([]),
      { timeout: 20_000 },
    );
    await nats.wipe();
    const watching = await startReader('reader-of-wipes');
    await createSite('After the wipe');
    await vi.waitFor(
      () => expect(watching.handled).toEqual(expect.arrayContaining(['Before the wipe', 'After the wipe'])),
      { timeout: 20_000 },
    );
    await watching.stop();
  });

  test('of an aggregate that a subscription is not about is never sent to it, though its consumer heard of all before', async () => {
    const name = 'reader-of-organisations';
    const first = await startReader(name);
    await createSite('Heard of by all');
    await vi.waitFor(() => expect(first.handled).toContain('Heard of by all'), { timeout: 20_000 });
    await first.stop();

    const { jsm } = await openTestBus();
    const consumer = () => jsm.consumers.info('LIDO_CUSTOMERS', name);
    const second = await startReader(name, projectSite, { aggregate: 'lido.customers.organisation.' });
    await vi.waitFor(
      async () => expect((await consumer()).config.filter_subject).toBe('lido.customers.organisation.>'),
      20_000,
    );
    const before = await consumer();
    const { id } = await createSite('Heard of by nobody here');
    await vi.waitFor(async () => expect(await published(id)).toBe(true), { timeout: 20_000 });
    expect((await consumer()).delivered.consumer_seq).toBe(before.delivered.consumer_seq);
    expect((await consumer()).num_pending).toBe(0);
    await second.stop();
    expect(second.handled).toEqual([]);
  });

  test('that is delivered again has its effect once', async () => {
    const first = await startReader('reader-of-repeats');
    await createSite('Once only');
    await vi.waitFor(() => expect(first.handled).toContain('Once only'), { timeout: 20_000 });
    await sql(owner, 'update outbox set published_at = null');
    await nats.wipe();
    await createSite('A mark');
    await vi.waitFor(() => expect(first.handled).toContain('A mark'), { timeout: 20_000 });
    expect(first.handled.filter((name) => name === 'Once only')).toHaveLength(1);
    await first.stop();
  });

  test('is not lost when a consumer finds the wiped server before its owner does', async () => {
    await createSite('Before another wipe');
    await customers.stop();
    await nats.wipe();
    const asked = Promise.withResolvers<void>();
    const { connection } = await openTestBus();
    connection.subscribe('$JS.API.CONSUMER.>', { callback: () => asked.resolve() });
    const watching = await startReader('reader-before-the-owner');
    await asked.promise;
    customers = await startOwner();
    await vi.waitFor(() => expect(watching.handled).toContain('Before another wipe'), { timeout: 20_000 });
    await watching.stop();
  });

  test('is not told again because a server answered late', async () => {
    const bus = await openTestBus();
    vi.spyOn(bus.jsm.streams, 'info').mockRejectedValueOnce(new TimeoutError());
    await expect(ensureStream(bus, 'customers')).rejects.toThrow(TimeoutError);
    expect(await ensureStream(bus, 'customers')).toBe(false);
  });

  test('that has waited for the one before it is tried again when it fails', async () => {
    let tries = 0;
    const handle = async ({ payload }: Envelope): Promise<void> => {
      if (Site.decode(payload).name === 'The second' && ++tries === 1) throw new Error('not yet');
    };
    const watching = await startReader('reader-of-gaps', handle, { mode: 'effect' });
    const { js } = await openTestBus();
    const payload = Buffer.from(Site.encode({ ...Site.decode(Buffer.alloc(0)), name: 'The second' }).finish());
    const of = { aggregateId: randomUUID(), organisationId: 'o', actor: 'a', requestId: 'q', traceparent: '' };
    const event = { ...of, id: randomUUID(), type: 'lido.customers.site.saved', version: 2, occurredAtMs: 0, payload };
    await js.publish(event.type, Envelope.encode(event).finish());
    await vi.waitFor(() => expect(watching.handled).toContain('The second'), { timeout: 20_000 });
    await watching.stop();
  });

  test('that is too large for the server is set aside, so that nobody waits for it', async () => {
    const behind: number[] = [];
    const { connection } = await openTestBus();
    connection.subscribe('lido-heartbeat.customers', {
      callback: (_, message) => void behind.push(Heartbeat.decode(message.data).behindMs),
    });
    await sql(
      owner,
      `insert into outbox (id, type, aggregate_id, version, organisation_id, actor, occurred_at, request_id, traceparent, payload)
       values (gen_random_uuid(), 'lido.customers.site.saved', 'huge', 1, 'o', 'a', lido_now() - interval '1 hour', 'q', '',
               convert_to(repeat('x', 2000000), 'UTF8'))`,
    );
    await vi.waitFor(
      async () => expect(await sql(owner, 'select 1 from outbox where set_aside_at is not null')).toHaveLength(1),
      { timeout: 20_000 },
    );
    behind.length = 0;
    await vi.waitFor(() => expect(behind.some((ms) => ms < 60_000)).toBe(true), { timeout: 20_000 });
    const { id } = await createSite('Told beside a large one');
    await vi.waitFor(async () => expect(await published(id)).toBe(true), { timeout: 20_000 });
  });

  test('that fails too often becomes a dead letter, and a replay has its effect', async () => {
    let isBroken = true;
    const failing = await startReader('reader-of-dead-letters', async (event, context) => {
      if (isBroken) throw new Error('not yet');
      await projectSite(event, context);
    });
    await createSite('Hard to take');
    await vi.waitFor(async () => expect((await sql(reader, 'select 1 from dead_letters')).length).toBeGreaterThan(0), {
      timeout: 60_000,
      interval: 250,
    });
    isBroken = false;
    const db = await openDatabase({ url: reader.url, entities: [], migrations: [], telemetry });
    const bus = openBus({ url: nats.url, prefix: '', name: 'replay' });
    await vi.waitFor(
      async () => {
        await replayDeadLetters(db, await bus.ready);
        expect(failing.handled).toContain('Hard to take');
      },
      { timeout: 60_000, interval: 250 },
    );
    await bus.stop();
    await db.stop();
    await failing.stop();
  });
});

test('a projection is rebuilt from its owner', async () => {
  const site = await createSite('To be rebuilt');
  const db = await openDatabase({ url: reader.url, entities: [], migrations: [], telemetry });
  await db.fork().execute('delete from known_sites', [], 'run');
  const client = connectTo(customers.address, { name: 'customers', telemetry });
  const count = await rebuildSites(db, peerOf(SiteDirectoryServiceService, client), caller);
  const rows = await db.fork().execute<{ id: string }[]>('select id from known_sites');
  expect(rows.map(({ id }) => id)).toContain(site.id);
  expect(rows).toHaveLength(count);
  client.close();
  await db.stop();
});
