import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CustomerDirectoryServiceService } from '@lido/proto/lido/customers/internal/v1/customer.ts';
import { SiteDirectoryServiceService } from '@lido/proto/lido/customers/internal/v1/site.ts';
import { EntitlementServiceService } from '@lido/proto/lido/memberships/internal/v1/entitlement.ts';
import { type Database, openDatabase } from '@lido/runtime/db/database.ts';
import { createClient, peerOf } from '@lido/runtime/grpc/client.ts';
import { startTelemetry } from '@lido/runtime/telemetry/telemetry.ts';
import { sitesFrom } from '@lido/runtime/tenancy/sites.repository.ts';
import { migrations } from '../migrations/index.ts';
import { DeviceEntity } from '../src/devices/device.entity.ts';
import { ownersFrom } from '../src/projections/owners.client.ts';
import { defaultPolicy } from '../src/visits/policy.ts';
import type { Tap } from '../src/visits/tap.ts';
import { type TapDecider, tapDecider } from '../src/visits/tap.handlers.ts';
import { visitIdOf } from '../src/visits/visit-id.ts';
import { VisitEntity } from '../src/visits/visit.entity.ts';
import { startGateway, type TestGuest } from './support.ts';

let gateway: Awaited<ReturnType<typeof startGateway>>;
let db: Database;
let decider: TapDecider;
const ends: (() => void)[] = [];

/** A second decider on the gateway's database, as another replica would be. */
beforeAll(async () => {
  gateway = await startGateway();
  const telemetry = startTelemetry({ service: 'test', logLevel: 'silent' });
  db = await openDatabase({ url: gateway.databaseUrl, entities: [DeviceEntity, VisitEntity], migrations, telemetry });
  const customers = createClient(gateway.customersAddress, { name: 'customers', telemetry });
  const memberships = createClient(gateway.membershipsAddress, { name: 'memberships', telemetry });
  ends.push(
    () => customers.close(),
    () => memberships.close(),
  );
  decider = tapDecider({
    parts: { db, telemetry, clock: { nowMs: gateway.nowMs }, onCommit: () => undefined },
    owners: ownersFrom(
      peerOf(CustomerDirectoryServiceService, customers),
      peerOf(EntitlementServiceService, memberships),
    ),
    sites: sitesFrom(peerOf(SiteDirectoryServiceService, customers)),
    policy: defaultPolicy,
  });
});
afterAll(async () => {
  for (const end of ends) end();
  await db.stop();
  await gateway.stop();
});

async function tapOf({ uid }: TestGuest): Promise<Tap> {
  const { id } = await gateway.addDevice();
  const at = new Date(gateway.nowMs());
  return {
    ...{ eventId: randomUUID(), deviceId: id, readerRef: null, occurredAt: at, receivedAt: at },
    ...{ clockSource: 'gateway', origin: 'live', medium: { kind: 'rfid_uid', raw: uid } },
  };
}

const visitIdsOf = async ({ customerId }: TestGuest): Promise<string[]> =>
  (await gateway.sql<{ id: string }>('select id from visits where customer_id = $1', [customerId])).map(({ id }) => id);

test('an event that comes again gets the decision it had, however much later', async () => {
  const member = await gateway.addMember();
  const tap = await tapOf(member);
  const decision = await decider.decide(tap);
  gateway.advance(3_600);
  expect(await decider.decide(tap)).toEqual(decision);
  expect(await visitIdsOf(member)).toEqual([visitIdOf(tap.deviceId, tap.eventId)]);
});

test('an event that comes several times at once is decided once', async () => {
  const member = await gateway.addMember();
  const tap = await tapOf(member);
  const decisions = await Promise.all(Array.from({ length: 5 }, () => decider.decide(tap)));
  for (const decision of decisions) expect(decision).toEqual(decisions[0]);
  expect(decisions[0]).toMatchObject({ outcome: 'granted', action: 'check_in' });
  expect(await visitIdsOf(member)).toHaveLength(1);
  expect(await gateway.sql('select 1 from attempts where event_id = $1', [tap.eventId])).toEqual([]);
});

test('many taps of one customer at many readers at once make one visit', async () => {
  const member = await gateway.addMember();
  const taps = await Promise.all(Array.from({ length: 8 }, () => tapOf(member)));
  const decisions = await Promise.all(taps.map((tap) => decider.decide(tap)));
  expect(decisions.filter(({ outcome }) => outcome === 'granted')).toHaveLength(1);
  expect(decisions.filter(({ reason }) => reason === 'already_inside')).toHaveLength(7);
  expect(await visitIdsOf(member)).toHaveLength(1);
});

test('a tap of a device that does not exist opens nothing', async () => {
  const tap = await tapOf(await gateway.addMember());
  expect(await decider.decide({ ...tap, deviceId: 'nowhere' })).toMatchObject({ outcome: 'denied', relays: [] });
});
