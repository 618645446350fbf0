import { expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '@lido/runtime/db/database.ts';
import { startTelemetry } from '@lido/runtime/telemetry/telemetry.ts';
import { migrations } from '../migrations/index.ts';
import { closeOverdueVisits } from '../src/visits/close-visits.job.ts';
import { entities } from '../src/entities.ts';
import { anyCheckIns, newCheckIn } from './builders.ts';
import { startGateway } from './support.ts';

test('visits that nobody ended end when they should have, are marked so and told, and younger ones stay open', async () => {
  const gateway = await startGateway();
  onTestFinished(() => gateway.stop());
  const db = await openDatabase({
    url: gateway.databaseUrl,
    entities,
    migrations,
    telemetry: startTelemetry({ service: 'test', logLevel: 'silent' }),
  });
  onTestFinished(() => db.stop());
  const [forgotten, present] = [await gateway.addGuest(), await gateway.addGuest()];
  const checkIn = (customerId: string) =>
    gateway.checkIns.createCheckIn(newCheckIn({ customerId, siteId: gateway.siteId }), gateway.caller);

  const { id, checkedInAt } = await checkIn(forgotten.customerId);
  gateway.advance(4 * 3_600);
  await checkIn(present.customerId);
  const parts = { db, clock: { nowMs: gateway.nowMs }, onCommit: () => undefined };
  expect(await closeOverdueVisits(parts)).toBe(1);
  expect(await closeOverdueVisits(parts)).toBe(0);

  expect(await gateway.sql('select closed_by from visits where id = $1', [id])).toEqual([{ closed_by: 'max_visit' }]);
  const [, told] = await gateway.streams.checkInsOf(forgotten.customerId, 2);
  expect(Date.parse(told?.checkIn.checkedOutAt ?? '') - Date.parse(checkedInAt ?? '')).toBe(4 * 3_600_000);
  const { data } = await gateway.checkIns.listCheckIns(
    anyCheckIns({ customerId: [present.customerId] }),
    gateway.caller,
  );
  expect(data).toMatchObject([{ checkedOutAt: null }]);
});
