import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openDatabase } from '@lido/runtime/db/database.ts';
import { startTelemetry } from '@lido/runtime/telemetry/telemetry.ts';
import { addDays, localDateOf } from '@lido/runtime/time/zone.ts';
import { inLondon } from '../../../test/support/london.ts';
import { hire, offer } from '../../../test/support/offerings.ts';
import { itemAt, orderId } from './offers.ts';
import { startWorld, type World } from './world.ts';

const telemetry = startTelemetry({ service: 'test', logLevel: 'silent' });
const date = addDays(localDateOf(Date.now(), 'Europe/London'), 10);
let world: World;
let db: Database;
let typeId: string;

beforeAll(async () => {
  world = await startWorld();
  db = await openDatabase({ url: world.database, entities: [], migrations: [], telemetry });
  typeId = (await offer(world, { practitionerIds: await hire(world, 1), roomIds: [] })).id;
});
afterAll(async () => {
  await db.stop();
  await world.stop();
});

const hold = async (time: string): Promise<string> => {
  const order = orderId();
  const items = [itemAt(typeId, inLondon(date, time))];
  const rules = { holdMinutes: 10, skipRules: false, isOnline: true };
  await world.bookings.hold({ orderId: order, siteId: world.siteId, customerId: null, items, ...rules }, world.staff);
  return order;
};

const freeTimes = async (): Promise<string[]> => {
  const nobody = { practitionerId: [], excludeAppointments: [], excludeBookings: [], excludeBasketItems: [] };
  const request = { siteId: world.siteId, appointmentTypeId: typeId, dateFrom: date, dateTo: date, ...nobody };
  const { data } = await world.shop.getAppointmentAvailability(request, world.anybody);
  return data.map(({ startTime }) => startTime.slice(11, 16));
};

/** What a crash of the database leaves of a hold whose commit it had not yet written to the disk. */
const undo = async (order: string): Promise<void> => {
  const run = (sql: string, params: unknown[]) => db.fork().execute(sql, params, 'run');
  await run('delete from claims where booking_id in (select id from bookings where order_id = ?)', [order]);
  await run('delete from bookings where order_id = ?', [order]);
  const last = 'version = (select max(version) from site_changes where site_id = ?)';
  await run(`delete from site_changes where site_id = ? and ${last}`, [world.siteId, world.siteId]);
  const columns =
    '(version, stamp) = (select version, stamp from site_changes where site_id = ? order by version desc limit 1)';
  await run(`update site_versions set ${columns} where site_id = ?`, [world.siteId, world.siteId]);
};

test('a hold that a crash of the database has undone is forgotten, at once', async () => {
  const order = await hold('10:00');
  expect(await freeTimes()).not.toContain('10:00');
  await undo(order);
  expect(await freeTimes()).toContain('10:00');
});

test('nor is it mistaken for another change that has its version now', async () => {
  const lost = await hold('11:00');
  expect(await freeTimes()).not.toContain('11:00');
  await undo(lost);
  await db
    .fork()
    .execute(`select next_site_versions(array[?]::varchar[], '{"kind":"claims","released":[],"taken":[]}')`, [
      world.siteId,
    ]);
  expect(await freeTimes()).toContain('11:00');
});

test('and nothing is held by a plan that was made from it', async () => {
  const lost = await hold('12:00');
  await freeTimes();
  await undo(lost);
  await hold('13:00');
  const free = await freeTimes();
  expect(free).toContain('12:00');
  expect(free).not.toContain('13:00');
});
