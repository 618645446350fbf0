import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { anotherService } from '../../../test/support/callers.ts';
import { root } from '../../../tools/local/folders.ts';
import { type Directories, rebuild as runRebuild } from '../src/projections/rebuild.job.ts';
import { type Projection, projections } from '../src/projections/sources.repository.ts';
import { membership, order } from './builders.ts';
import { startReplica } from './replica.ts';
import { eventually, startGateway, type TestGuest } from './support.ts';

const run = promisify(execFile);
const hourMs = 3_600_000;
const tables = ['known_customers', 'known_media', 'known_memberships', 'known_bookings', 'booked_items'] as const;

let gateway: Awaited<ReturnType<typeof startGateway>>;
let member: TestGuest;
let blocked: TestGuest;

/** All that the projections hold, but for when it was told. */
async function held(): Promise<unknown> {
  const rows = tables.map(async (table) => [
    table,
    (await gateway.sql<{ row: object }>(`select to_jsonb(t) - 'told_at' as row from ${table} t order by 1`)).map(
      ({ row }) => row,
    ),
  ]);
  return Object.fromEntries(await Promise.all(rows)) as unknown;
}

const command = async (...words: readonly string[]): Promise<string> => {
  const env = { ...process.env, LIDO_DATABASE_URL: gateway.databaseUrl };
  return (await run(process.execPath, [join(root, 'tools/rebuild.ts'), ...words], { env })).stdout;
};

/** Does what the command does, without a process of its own. */
async function rebuild(...asked: readonly Projection[]): Promise<void> {
  await gateway.sql('update projection_sources set rebuild_asked_at = lido_now() where source = any($1)', [asked]);
  await eventually(
    async () =>
      (await gateway.sql('select 1 from projection_sources where rebuilt_at < rebuild_asked_at')).length === 0,
  );
}

const active = (customerId: string) => {
  const { siteId, organisationId } = gateway;
  return membership({ siteId, organisationId, customerId });
};

const tell = async (customerId: string): Promise<{ membershipId: string; orderId: string }> => {
  const { siteId, organisationId } = gateway;
  const startMs = gateway.nowMs() + hourMs;
  const told = active(customerId);
  const booked = order({ siteId, organisationId, customerId, startMs, endMs: startMs + hourMs });
  gateway.entitlements.holdMembership(told);
  gateway.entitlements.holdOrder(booked);
  await gateway.streams.tellMembership(told);
  await gateway.streams.tellOrder('lido.orders.order.submitted', booked);
  await eventually(
    async () =>
      (
        await gateway.sql(
          `select 1 from known_memberships m join booked_items i on i.order_id = $2 join known_bookings b on b.order_id = $2
           where m.id = $1`,
          [told.id, booked.id],
        )
      ).length === 1,
  );
  return { membershipId: told.id, orderId: booked.id };
};

beforeAll(async () => {
  gateway = await startGateway();
  member = await gateway.addGuest();
  blocked = await gateway.addGuest();
  await gateway.customers.blockCustomer({ id: blocked.customerId, reason: 'Theft' }, gateway.caller);
  for (const { customerId } of [member, blocked]) await tell(customerId);
  await eventually(
    async () => (await gateway.sql('select 1 from known_customers where access_blocked_at is not null')).length === 1,
  );
});
afterAll(() => gateway.stop());

test('a rebuild leaves what events had built, and says when it is done', async () => {
  const before = await held();
  const said = await command('checkin-gateway', 'all');
  for (const projection of projections) expect(said).toContain(`  ${projection}: done\n`);
  expect(await held()).toEqual(before);
});

describe('events that were lost', () => {
  test('are made up for, and what no owner has is gone', async () => {
    const before = await held();
    await gateway.sql(`update known_customers set access_blocked_at = null, full_name = 'Somebody else'`);
    await gateway.sql('delete from known_media where customer_id = $1', [member.customerId]);
    await gateway.sql(`update known_memberships set status = 'expired', visit_limit = 3`);
    await gateway.sql(`update known_bookings set ends_at = ends_at - interval '1 hour'`);
    await gateway.sql(`update booked_items set bookable_ids = array['nothing']`);
    for (const table of ['known_customers', 'known_media', 'known_memberships', 'known_bookings']) {
      await gateway.sql(
        `insert into ${table} select (jsonb_populate_record(t, '{"id": "ghost"}')).* from ${table} t limit 1`,
      );
    }
    await gateway.sql(
      `insert into booked_items select (jsonb_populate_record(t, '{"item_id": "ghost"}')).* from booked_items t limit 1`,
    );
    await rebuild('customers', 'memberships', 'orders', 'booked-items');
    expect(await held()).toEqual(before);
  });

  test('leave the owner right, and later events are newer than what it exported', async () => {
    const guest = await gateway.addGuest();
    const lost = { ...active(guest.customerId), status: 'MEMBERSHIP_STATUS_EXPIRED' as const };
    gateway.entitlements.holdMembership(lost, 1);
    await rebuild('memberships');
    const status = () => gateway.sql('select status from known_memberships where id = $1', [lost.id]);
    expect(await status()).toEqual([{ status: 'expired' }]);
    await gateway.streams.tellMembership({ ...lost, status: 'MEMBERSHIP_STATUS_INACTIVE' });
    await gateway.streams.tellMembership({ ...lost, status: 'MEMBERSHIP_STATUS_ACTIVE' });
    await eventually(
      async () => (await gateway.sql('select 1 from known_memberships where status = $1', ['active'])).length > 2,
    );
    expect(await status()).toEqual([{ status: 'active' }]);
    gateway.entitlements.holdMembership({ ...lost, status: 'MEMBERSHIP_STATUS_ACTIVE' }, 2);
  });
});

test('an owner that was restored from a backup is believed although its versions are older', async () => {
  const { customerId } = await gateway.addGuest();
  const { membershipId } = await tell(customerId);
  const restored = { ...active(customerId), id: membershipId, endDate: '2030-01-01' };
  await gateway.streams.tellMembership(restored);
  await gateway.streams.tellMembership(restored);
  gateway.entitlements.holdMembership({ ...restored, endDate: '2029-01-01' }, 1);
  await eventually(
    async () => (await gateway.sql('select 1 from known_memberships where end_date is not null')).length > 0,
  );
  await rebuild('memberships');
  expect(await gateway.sql('select end_date from known_memberships where id = $1', [membershipId])).toEqual([
    { end_date: '2029-01-01' },
  ]);
});

test.each([
  ['that goes away in the middle', () => Promise.reject(new Error('away'))],
  ['that exports a row without its message', () => Promise.resolve({ memberships: [{ version: 1 }] })],
])('an owner %s takes nothing away', async (_what, secondPage) => {
  const replica = await startReplica(gateway);
  onTestFinished(() => replica.stop());
  const firstPage = Array.from({ length: 200 }, () => ({ membership: active(member.customerId), version: 1 }));
  const exportMemberships = ({ afterId }: { afterId: string }) =>
    afterId === '' ? Promise.resolve({ memberships: firstPage }) : secondPage();
  const directories = {
    ...replica.directories,
    memberships: { exportMemberships } as unknown as Directories['memberships'],
  };
  const ids = async () => (await gateway.sql<{ id: string }>('select id from known_memberships')).map(({ id }) => id);
  const before = await ids();
  const startedAt = new Date(Date.now() + 1_000);
  const rebuilding = runRebuild('memberships', startedAt, { ...replica, clock: { nowMs: gateway.nowMs }, directories });
  await expect(rebuilding).rejects.toThrow();
  expect(await ids()).toEqual(expect.arrayContaining(before));
  await rebuild('memberships');
  expect((await ids()).toSorted()).toEqual(before.toSorted());
});

test('doors know everybody at every moment of a rebuild', async () => {
  const replica = await startReplica(gateway);
  onTestFinished(() => replica.stop());
  const reader = await gateway.connect(await gateway.addDevice({ direction: 'DEVICE_DIRECTION_INNER' }));
  const count = async (): Promise<number> => {
    const [row] = await gateway.sql<{ count: number }>(
      'select ((select count(*) from known_media) + (select count(*) from known_memberships))::int as count',
    );
    return row?.count ?? 0;
  };
  const before = await count();
  const counts: number[] = [];
  const look = async (): Promise<void> => {
    counts.push(await count());
    gateway.advance(61);
    expect(await reader.tap({ uid: member.uid })).toMatchObject({ outcome: 'granted' });
  };
  // Doors see what is committed: each page before the next is asked for.
  const pageOf = async <Row>(rows: Row[], afterId: string): Promise<(Row | undefined)[]> => {
    await look();
    const half = Math.ceil(rows.length / 2);
    if (afterId !== '') return rows.slice(half);
    return Array.from({ length: 200 }, (_, place) => rows[Math.min(place, half - 1)]);
  };
  const { customers, memberships } = replica.directories;
  const all = { afterId: '', limit: 200 };
  const caller = anotherService();
  const directories = {
    sites: replica.directories.sites,
    customers: {
      exportCustomers: async ({ afterId }: { afterId: string }) => ({
        customers: await pageOf((await customers.exportCustomers(all, caller)).customers, afterId),
      }),
      exportMedia: async ({ afterId }: { afterId: string }) => ({
        media: await pageOf((await customers.exportMedia(all, caller)).media, afterId),
      }),
    },
    memberships: {
      exportMemberships: async ({ afterId }: { afterId: string }) => ({
        memberships: await pageOf((await memberships.exportMemberships(all, caller)).memberships, afterId),
      }),
    },
  } as unknown as Directories;
  const [now] = await gateway.sql<{ startedAt: Date }>('select lido_now() as "startedAt"');
  const parts = { ...replica, clock: { nowMs: gateway.nowMs }, directories };
  for (const projection of ['customers', 'memberships'] as const)
    await runRebuild(projection, now?.startedAt ?? new Date(), parts);
  await look();
  expect(counts).toEqual(Array.from({ length: 7 }, () => before));
});

test.each([['checkin-gateway', 'everything'], ['orders', 'customers'], []])(
  'the command says how it is called when it is asked for %s %s',
  async (...words) => {
    const usage = expect.stringContaining('npm run rebuild -- checkin-gateway all') as string;
    await expect(command(...words)).rejects.toMatchObject({ code: 2, stderr: usage });
  },
);
