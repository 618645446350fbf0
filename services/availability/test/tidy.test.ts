import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openDatabase } from '@lido/runtime/db/database.ts';
import { startTelemetry } from '@lido/runtime/telemetry/telemetry.ts';
import { addDays, localDateOf } from '@lido/runtime/time/zone.ts';
import { tidyClaims } from '../src/claims/tidy-claims.job.ts';
import { forgetChanges } from '../src/sites/site-version.repository.ts';
import { inLondon } from '../../../test/support/london.ts';
import { hire, offer } from '../../../test/support/offerings.ts';
import { itemAt, orderId } from './offers.ts';
import { startWorld, type World } from './world.ts';

const telemetry = startTelemetry({ service: 'test', logLevel: 'silent' });
let world: World;
let db: Database;

beforeAll(async () => {
  world = await startWorld();
  db = await openDatabase({ url: world.database, entities: [], migrations: [], telemetry });
});
afterAll(async () => {
  await db.stop();
  await world.stop();
});

test('tidying ends what lapsed, keeps what is live, and a late confirm claims its time again', async () => {
  const type = await offer(world, { practitionerIds: await hire(world, 1), roomIds: [] });
  const date = addDays(localDateOf(Date.now(), 'Europe/London'), 3);
  const hold = async (time: string) => {
    const [order, item] = [orderId(), itemAt(type.id, inLondon(date, time))];
    await world.bookings.hold(
      {
        orderId: order,
        siteId: world.siteId,
        customerId: null,
        items: [item],
        holdMinutes: 10,
        skipRules: false,
        isOnline: true,
      },
      world.staff,
    );
    return { order, item };
  };
  const [lapsed, live] = [await hold('10:00'), await hold('12:00')];
  const run = (sql: string, parameters: unknown[]) => db.fork().execute<{ active: boolean }[]>(sql, parameters);
  await run(`update claims set expires_at = lido_now() - interval '1 second' where item_id = ? returning active`, [
    lapsed.item.itemId,
  ]);
  await run(
    `update bookings set expires_at = lido_now() - interval '1 second' where item_id = ? returning true as active`,
    [lapsed.item.itemId],
  );
  await tidyClaims(db);
  const isActive = async (itemId: string) =>
    (await run('select active from claims where item_id = ?', [itemId])).map(({ active }) => active);
  expect(await isActive(lapsed.item.itemId)).toEqual([false]);
  expect(await isActive(live.item.itemId)).toEqual([true]);
  const { items } = await world.bookings.confirm(
    { orderId: lapsed.order, skipRules: false, itemIds: [lapsed.item.itemId] },
    world.staff,
  );
  expect(items[0]?.bookingSummary?.status).toBe('confirmed');
  expect((await isActive(lapsed.item.itemId)).sort()).toEqual([false, true]);
});

test('changes of a site are kept for as long as somebody may follow them, and forgotten after', async () => {
  const run = (sql: string) => db.fork().execute<{ version: string }[]>(sql);
  await run(`insert into site_versions values ('busy', 1500)`);
  await run(`insert into site_changes select 'busy', v, '{"kind":"model"}'::jsonb from generate_series(1, 1500) v`);
  await forgetChanges(db.fork());
  const kept = (await run(`select version from site_changes where site_id = 'busy' order by version`)).map(
    ({ version }) => Number(version),
  );
  expect([kept.length, kept[0], kept.at(-1)]).toEqual([1_000, 501, 1_500]);
});
