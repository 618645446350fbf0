import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { connectReader, type SimulatedReader } from '../../services/checkin-gateway/simulator/reader.ts';
import { checkOut, fillBasket, findSlot } from '../../tools/demo/book.ts';
import { beginStory, type LocalFacts } from '../../tools/demo/story.ts';
import { type Api, apiAt, type Row } from '../../tools/seed/api.ts';
import { seed } from '../../tools/seed/seed.ts';
import { startInProcess } from '../../tools/start/in-process.ts';
import { type Launch, type RunningService, stopInReverse } from '../../tools/start/launch.ts';
import { freshSystem, type TestSystem } from '../support/system.ts';

/** The oldest facts that decide, in seconds: short, so that a test can wait for them. */
const maxAgeSeconds = 12;
const patience = { timeout: 30_000, interval: 100 };
const massage = 'Swedish massage';

let system: TestSystem;
let local: LocalFacts;
let api: Api;
let database: Client;
let readers: Record<'steady' | 'ageing' | 'strict' | 'trusting' | 'exit' | 'back', SimulatedReader>;
const others = apartFromGateway();

beforeAll(async () => {
  system = await freshSystem({
    env: { LIDO_PROJECTION_MAX_AGE_SECONDS: String(maxAgeSeconds) },
    launch: others.launch,
  });
  const { baseUrl, bootstrapToken, readersUrl } = system;
  const seeded = await seed({ baseUrl, bootstrapToken, log: () => undefined });
  local = { ...seeded, baseUrl, readersUrl } as unknown as LocalFacts;
  api = apiAt(baseUrl, bootstrapToken);
  const story = beginStory(local, () => undefined);
  await checkOut(story, await fillBasket(story, massage, await findSlot(story, massage)));
  // The door's answers must not depend on the hour that the test runs at.
  await api.put(`/sites/${local.site}`, { opening_hours: [], opening_exceptions: [] });
  database = new Client({ connectionString: system.databaseUrl('checkin') });
  await database.connect();
  readers = {
    steady: await addReader('Steady', { direction: 'in' }),
    ageing: await addReader('Ageing', { direction: 'in' }),
    strict: await addReader('Strict', { direction: 'inner' }),
    trusting: await addReader('Trusting', { direction: 'inner', offline_policy: 'whitelist' }),
    exit: await addReader('Exit', { direction: 'out' }),
    back: await addReader('Back', { direction: 'inner' }),
  };
  await vi.waitFor(async () => {
    expect(await count('known_memberships')).toBe(2);
    expect(await count('booked_items')).toBe(1);
    expect(await count('known_bookings')).toBe(1);
    expect(await sql('select 1 from projection_sources where rebuilt_at is null')).toEqual([]);
    expect(await sql(`select 1 from known_sites where site->'openingHours' <> '[]'`)).toEqual([]);
  }, patience);
});
afterAll(async () => {
  await Promise.all(Object.values(readers).map((reader) => reader.close()));
  await database.end();
  await system.drop();
});

/** Launches a system of which all but the check-in gateway can be away for a while. */
function apartFromGateway(): { launch: Launch; leave(): Promise<void>; comeBack(): Promise<void> } {
  let starting: Parameters<Launch>;
  let current: RunningService[] = [];
  const isOther = ({ name }: { name: string }): boolean => name !== 'checkin-gateway';
  return {
    launch: async (...given) => {
      starting = given;
      current = await startInProcess(...given);
      return [{ name: 'all', address: '', stop: () => stopInReverse(current) }];
    },
    leave: async () => {
      await stopInReverse(current.filter(isOther));
      current = current.filter((service) => !isOther(service));
    },
    comeBack: async () => {
      const [plan, options] = starting;
      current = [...current, ...(await startInProcess(plan.filter(isOther), options))];
    },
  };
}

async function addReader(name: string, fields: object): Promise<SimulatedReader> {
  const serial = `GT7-${name}`;
  const body = {
    site_id: local.site,
    name,
    kind: 'gantner_g7',
    serial_number: serial,
    medium_format: 'HEX_MSB',
    ...fields,
  };
  const { id } = await api.post('/devices', body);
  const { token } = await api.post<Row & { token: string }>(`/devices/${id}/token`);
  return connectReader({ url: system.readersUrl, token, serial });
}

async function sql<Result extends object>(text: string, values: unknown[] = []): Promise<Result[]> {
  return (await database.query<Result>(text, values)).rows;
}

async function count(table: string): Promise<number> {
  const [row] = await sql<{ count: number }>(`select count(*)::int as count from ${table}`);
  return row?.count ?? 0;
}

interface KeptDecision {
  readonly outcome: string;
  readonly reason: string;
  readonly action: string;
  readonly asOf: string | null;
}

/** What the gateway has decided of somebody's tap just now, as it is kept. */
async function tap(reader: keyof typeof readers, key: string): Promise<KeptDecision> {
  const { outcome } = await readers[reader].tap({ uid: local.wearables[key] ?? key });
  const [kept] = await sql<{ decision: KeptDecision }>('select decision from taps order by received_at desc limit 1');
  expect(kept?.decision.outcome).toBe(outcome);
  return kept?.decision as KeptDecision;
}

/** Waits until the oldest facts are older than this, on the database's clock. */
const untilOlderThan = (seconds: number): Promise<void> =>
  vi.waitFor(async () => {
    const text = 'select max(lido_now() - as_of) > make_interval(secs => $1) as "isOlder" from projection_sources';
    expect(await sql(text, [seconds])).toEqual([{ isOlder: true }]);
  }, patience);

/** All that the projections hold, but for when it was told. */
async function held(): Promise<unknown> {
  const tables = [
    'known_sites',
    'known_customers',
    'known_media',
    'known_memberships',
    'known_bookings',
    'booked_items',
  ];
  const kept: Record<string, unknown> = {};
  for (const table of tables)
    kept[table] = await sql(`select to_jsonb(t) - 'told_at' as row from ${table} t order by 1`);
  return kept;
}

test('what is rebuilt from the owners is what their events had built', async () => {
  const before = await held();
  await sql('delete from known_media');
  await sql(`update known_bookings set starts_at = starts_at - interval '1 day'`);
  await sql(`update booked_items set bookable_ids = '{}'`);
  await sql('update projection_sources set rebuild_asked_at = lido_now()');
  await vi.waitFor(
    async () => expect(await sql('select 1 from projection_sources where rebuilt_at < rebuild_asked_at')).toEqual([]),
    patience,
  );
  expect(await held()).toEqual(before);
});

test('a change is known at the doors within a second while the owners are up', async ({ annotate }) => {
  const lags: number[] = [];
  const isBanned = `select access_blocked_at is not null as "isBanned" from known_customers where id = $1`;
  for (let turn = 0; turn < 20; turn++) {
    const isBan = turn % 2 === 0;
    await api.post(`/customers/customers/${local.customers['guest']}/${isBan ? 'block' : 'unblock'}`, {
      reason: 'Theft',
    });
    const doneMs = performance.now();
    await vi.waitFor(
      async () => expect(await sql(isBanned, [local.customers['guest']])).toEqual([{ isBanned: isBan }]),
      { timeout: 20_000, interval: 2 },
    );
    lags.push(performance.now() - doneMs);
  }
  lags.sort((left, right) => left - right);
  const [median = Infinity, worst = Infinity] = [lags[10], lags.at(-1)];
  await annotate(`lag of 20 changes: median ${median.toFixed(0)} ms, worst ${worst.toFixed(0)} ms`);
  expect(median).toBeLessThan(1_000);
});

describe('while all other services are away', () => {
  let knewAllMs: number;
  let leftMs: number;
  let before: unknown;

  beforeAll(async () => {
    // What was known then was no older than five seconds.
    knewAllMs = Date.now() - 5_000;
    expect(await tap('steady', 'member')).toMatchObject({ outcome: 'granted', action: 'check_in', asOf: null });
    before = await held();
    await system.nats.stop();
    leftMs = Date.now();
    // A ban that the doors can not hear of.
    await api.post(`/customers/customers/${local.customers['second']}/block`, { reason: 'Theft' });
    await others.leave();
  });

  test('taps are decided by what was last known, and say as of when', async () => {
    await untilOlderThan(5.5);
    const granted = await tap('ageing', 'second');
    expect(granted).toMatchObject({ outcome: 'granted', action: 'check_in', asOf: expect.any(String) });
    const asOfMs = Date.parse(granted.asOf ?? '');
    expect(asOfMs).toBeGreaterThan(knewAllMs);
    expect(asOfMs).toBeLessThan(leftMs + 3_000);
    expect(await tap('ageing', 'guest')).toMatchObject({ reason: 'no_entitlement', asOf: expect.any(String) });
    expect(await tap('ageing', '04FFFFFFFFFFFF')).toMatchObject({ reason: 'unknown_medium', asOf: expect.any(String) });
    expect(await held()).toEqual(before);
  });

  test('facts that are too old let nobody in, but for the whitelist; whoever is inside gets out', async () => {
    await untilOlderThan(maxAgeSeconds + 0.5);
    expect(await tap('strict', 'member')).toMatchObject({ outcome: 'denied', reason: 'internal_error' });
    expect(await tap('trusting', 'member')).toMatchObject({ outcome: 'granted', asOf: expect.any(String) });
    expect(await tap('trusting', 'guest')).toMatchObject({ reason: 'no_entitlement', asOf: expect.any(String) });
    expect(await tap('exit', 'member')).toMatchObject({ outcome: 'granted', action: 'check_out' });
  });

  test('once they are back, what was missed is known, and nothing is there twice', async () => {
    await system.nats.start();
    await others.comeBack();
    await vi.waitFor(async () => {
      expect(await sql('select id from known_customers where access_blocked_at is not null')).toEqual([
        { id: local.customers['second'] },
      ]);
      const fresh = `select bool_and(lido_now() - as_of < interval '3 seconds') as "isFresh" from projection_sources`;
      expect(await sql(fresh)).toEqual([{ isFresh: true }]);
    }, patience);
    expect(await tap('back', 'second')).toMatchObject({ reason: 'customer_blocked', asOf: null });
    expect(await tap('back', 'member')).toMatchObject({ outcome: 'granted', asOf: null });

    await sql('update known_customers set access_blocked_at = null');
    expect(await held()).toEqual(before);
    for (const key of ['member', 'second']) {
      const { length } = await api.get<Row[]>(`/customers/check-ins?customer_id=${local.customers[key]}`);
      expect(length).toBe(1);
    }
    const told = await sql(`select aggregate_id from outbox where type = 'lido.checkin.check_in.created'`);
    expect(told).toHaveLength(2);
    await vi.waitFor(
      async () => expect(await sql('select 1 from outbox where published_at is null')).toEqual([]),
      patience,
    );
  });
});
