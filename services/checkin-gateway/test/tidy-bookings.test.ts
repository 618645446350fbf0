import { expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '@lido/runtime/db/database.ts';
import { startTelemetry } from '@lido/runtime/telemetry/telemetry.ts';
import { freshDatabase } from '../../../test/support/servers.ts';
import { migrations } from '../migrations/index.ts';
import { keepBookedItems } from '../src/presence/booked-items.repository.ts';
import { keepBookings } from '../src/projections/keep.repository.ts';
import { tidyBookings } from '../src/projections/tidy-bookings.job.ts';
import { order } from './builders.ts';

const dayMs = 86_400_000;

test('bookings go a month after their end, for the activity log after a little more than two years', async () => {
  const database = await freshDatabase();
  onTestFinished(() => database.drop());
  const telemetry = startTelemetry({ service: 'test', logLevel: 'silent' });
  const db = await openDatabase({ url: database.url, entities: [], migrations, telemetry });
  onTestFinished(() => db.stop());
  const nowMs = Date.parse('2026-06-01T12:00:00Z');
  const endedBefore = async (ageMs: number): Promise<string> => {
    const endMs = nowMs - ageMs;
    const booked = order({ siteId: 's', organisationId: 'o', customerId: 'c', startMs: endMs - 3_600_000, endMs });
    await keepBookings(db.fork(), booked);
    await keepBookedItems(db.fork(), booked);
    return booked.id;
  };
  const upcoming = await endedBefore(-dayMs);
  const young = await endedBefore(30 * dayMs - 1);
  const old = await endedBefore(30 * dayMs);
  const compared = await endedBefore(800 * dayMs - 1);
  await endedBefore(800 * dayMs);

  await tidyBookings({ db, clock: { nowMs: () => nowMs } });

  const kept = async (table: string): Promise<string[]> =>
    (await db.fork().execute<{ id: string }[]>(`select order_id as id from ${table} order by ends_at desc`)).map(
      ({ id }) => id,
    );
  expect(await kept('known_bookings')).toEqual([upcoming, young]);
  expect(await kept('booked_items')).toEqual([upcoming, young, old, compared]);
});
