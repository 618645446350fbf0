import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addDays, localDateOf } from '@lido/runtime/time/zone.ts';
import { hire, offer } from '../../../test/support/offerings.ts';
import { itemAt, orderId } from './offers.ts';
import { type Replica, startReplica } from './replica.ts';
import { startWorld, type World } from './world.ts';

let world: World;
let replica: Replica;
let database: Client;

beforeAll(async () => {
  world = await startWorld();
  replica = await startReplica(world);
  database = new Client({ connectionString: world.database });
  await database.connect();
});
afterAll(async () => {
  await database.end();
  await replica.stop();
  await world.stop();
});

const date = addDays(localDateOf(Date.now(), 'Europe/London'), 10);
const startAt = async (time: string, appointmentTypeId: string): Promise<string> => {
  const nothing = { practitionerId: [], excludeAppointments: [], excludeBookings: [], excludeBasketItems: [] };
  const question = { appointmentTypeId, date, siteId: world.siteId, ...nothing };
  const { data } = await world.shop.listAppointmentSlots(question, world.anybody);
  return data.find(({ startTime }) => startTime.includes(`T${time}`))?.startTime ?? '';
};
const hold = (item: ReturnType<typeof itemAt>, { order = orderId(), at = world as Pick<World, 'bookings'> } = {}) => {
  const rules = { customerId: null, holdMinutes: 10, skipRules: false, isOnline: true };
  return at.bookings.hold({ orderId: order, siteId: world.siteId, items: [item], ...rules }, world.staff);
};
const outcomesOf = async (holds: Promise<unknown>[]) =>
  (await Promise.allSettled(holds)).map((outcome) =>
    outcome.status === 'fulfilled' ? 'held' : (outcome.reason as { reason: string }).reason,
  );
const count = async (sql: string, values: unknown[]): Promise<number> =>
  (await database.query<{ count: number }>(`select count(*)::int as count from ${sql}`, values)).rows[0]?.count ?? 0;

test('holds that come at once share statements, and each has its own time', async () => {
  const practitionerIds = await hire(world, 16);
  const type = await offer(world, { practitionerIds, roomIds: [] });
  const at = await startAt('10:00', type.id);
  const versions = () => count('site_changes where site_id = $1', [world.siteId]);
  const before = await versions();
  expect(await outcomesOf(practitionerIds.map(() => hold(itemAt(type.id, at))))).toEqual(
    practitionerIds.map(() => 'held'),
  );
  expect(await count('claims where active and resource_id = any ($1)', [practitionerIds])).toBe(16);
  expect((await versions()) - before).toBeLessThan(16);
});

test('who is too late costs those beside them nothing', async () => {
  const [wanted = '', ...others] = await hire(world, 6);
  const rare = await offer(world, { practitionerIds: [wanted], roomIds: [] });
  const common = await offer(world, { practitionerIds: others, roomIds: [] });
  const at = await startAt('10:00', rare.id);
  const items = [rare, common, rare, common, common, rare, common, common].map(({ id }) => itemAt(id, at));
  const outcomes = await outcomesOf(items.map((item) => hold(item)));
  expect(outcomes.filter((outcome) => outcome === 'held')).toHaveLength(6);
  expect(outcomes.filter((outcome) => outcome === 'already_taken')).toHaveLength(2);
});

test('a request that is wrong fails by itself', async () => {
  const type = await offer(world, { practitionerIds: await hire(world, 8), roomIds: [] });
  const [ten, noon] = [await startAt('10:00', type.id), await startAt('12:00', type.id)];
  const foreign = itemAt(type.id, ten);
  await hold(foreign);
  const items = [1, 2, 3, 4, 5, 6].map((index) => (index === 4 ? foreign : itemAt(type.id, noon)));
  const outcomes = await outcomesOf(items.map((item) => hold(item)));
  expect(outcomes).toEqual(['held', 'held', 'held', 'invalid', 'held', 'held']);
});

test('what is given back and what is held at the same moment are both done', async () => {
  const type = await offer(world, { practitionerIds: await hire(world, 4), roomIds: [] });
  const at = await startAt('10:00', type.id);
  const orders = [orderId(), orderId(), orderId(), orderId()];
  for (let round = 0; round < 5; round++) {
    const next = orders.map(() => orderId());
    await outcomesOf(orders.map((order) => hold(itemAt(type.id, at), { order })));
    await outcomesOf([
      ...orders.map((order) => world.bookings.release({ orderId: order, itemIds: [] }, world.staff)),
      ...next.map((order) => hold(itemAt(type.id, at), { order })),
    ]);
    expect(await count(`bookings where order_id = any ($1) and status <> 'released'`, [orders])).toBe(0);
    const held = await count(`bookings where order_id = any ($1) and status = 'held'`, [next]);
    expect(
      await count('claims c join bookings b on b.id = c.booking_id where c.active and b.order_id = any ($1)', [next]),
    ).toBe(held);
    await Promise.all(next.map((order) => world.bookings.release({ orderId: order, itemIds: [] }, world.staff)));
  }
});

test('two processes that hold the same hours in batches of their own never share a place', async () => {
  const practitionerIds = await hire(world, 2);
  const type = await offer(world, { practitionerIds, roomIds: [] });
  const starts = await Promise.all(
    ['09:00', '10:00', '11:00', '12:00', '13:00', '14:00'].map((at) => startAt(at, type.id)),
  );
  const holds = starts.flatMap((at) =>
    [1, 2, 3].map((turn) => hold(itemAt(type.id, at), { at: turn % 2 ? world : replica })),
  );
  const outcomes = await outcomesOf(holds);
  expect(outcomes.filter((outcome) => outcome === 'held')).toHaveLength(12);
  expect(outcomes.filter((outcome) => outcome === 'already_taken')).toHaveLength(6);
  const overlapping = `claims a join claims b on a.id < b.id and a.resource_id = b.resource_id and a.unit = b.unit
    and a.during && b.during where a.active and b.active and a.resource_id = any ($1)`;
  expect(await count(overlapping, [practitionerIds])).toBe(0);
});

test('what another process has changed a moment ago is neither refused nor held from memory', async () => {
  const practitionerIds = await hire(world, 1);
  const sold = await offer(world, { practitionerIds, roomIds: [] });
  const at = await startAt('10:00', sold.id);
  const order = orderId();
  await hold(itemAt(sold.id, at), { at: replica, order });
  await world.bookings.release({ orderId: order, itemIds: [] }, world.staff);
  expect(await outcomesOf([hold(itemAt(sold.id, at), { at: replica })])).toEqual(['held']);

  const made = await offer(world, { practitionerIds, roomIds: [] });
  const noon = await startAt('12:00', made.id);
  expect(await outcomesOf([hold(itemAt(made.id, noon), { at: replica })])).toEqual(['held']);
  await world.types.deleteAppointmentType({ id: sold.id }, world.staff);
  const later = await startAt('14:00', made.id);
  expect(await outcomesOf([hold(itemAt(sold.id, later), { at: replica })])).toEqual(['invalid']);
});
