import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { Device, OfflinePolicy } from '@lido/proto/lido/checkin/v1/device.ts';
import type { Ages } from '../src/projections/trust.ts';
import type { Decision } from '../src/visits/decision.ts';
import { order } from './builders.ts';
import { type Replica, startReplica, tapAt } from './replica.ts';
import { startGateway, type TestGuest } from './support.ts';

let gateway: Awaited<ReturnType<typeof startGateway>>;
let replica: Replica;
let lonely: Replica;
let impatient: Replica;
let ages: Ages;

const minuteMs = 60_000;
const fresh: Ages = { customers: 0, memberships: 0, orders: 0 };
const old: Ages = { customers: 16 * minuteMs, memberships: 16 * minuteMs, orders: 16 * minuteMs };
const nobody = '127.0.0.1:1';

beforeAll(async () => {
  gateway = await startGateway();
  const options = { ages: () => ages };
  // What a busy machine takes to answer is no matter of these tests.
  replica = await startReplica(gateway, { ...options, askingMs: 10_000 });
  impatient = await startReplica(gateway, options);
  lonely = await startReplica(gateway, { ...options, customersAddress: nobody, membershipsAddress: nobody });
});
beforeEach(() => {
  ages = fresh;
});
afterAll(async () => {
  await lonely.stop();
  await impatient.stop();
  await replica.stop();
  await gateway.stop();
});

async function tap(
  guest: Pick<TestGuest, 'uid'>,
  { by = replica, ...fields }: { by?: Replica } & Pick<Partial<Device>, 'direction' | 'offlinePolicy'> = {},
): Promise<Decision> {
  const { id } = await gateway.addDevice({ direction: 'DEVICE_DIRECTION_INNER', ...fields });
  return by.decider.decide(tapAt(gateway, id, guest));
}

const held = (siteId: string) => ({
  ...{ membershipId: 'm1', membershipTypeId: 't1', membershipTypeName: 'Gold', membershipNumber: '1000000001' },
  ...{ siteId, status: 'active', startDate: '2020-01-01' },
});

test('fresh facts decide without a mark', async () => {
  expect(await tap(await gateway.addMember())).toMatchObject({ outcome: 'granted', asOf: null });
});

test('facts of fourteen minutes decide, and the stored decision says until when they were complete', async () => {
  const member = await gateway.addMember();
  const guest = await gateway.addGuest();
  ages = { customers: 100, memberships: 14 * minuteMs, orders: 6_000 };
  const asked = gateway.entitlements.questionCount;
  const beforeMs = gateway.nowMs();
  const granted = await tap(member);
  const asOfMs = Date.parse(granted.asOf ?? '');
  expect(granted.outcome).toBe('granted');
  expect(asOfMs).toBeGreaterThanOrEqual(beforeMs - 14 * minuteMs);
  expect(asOfMs).toBeLessThanOrEqual(gateway.nowMs() - 14 * minuteMs);
  expect(await tap(guest)).toMatchObject({ reason: 'no_entitlement', asOf: expect.any(String) });
  expect(gateway.entitlements.questionCount).toBe(asked);
  const kept = await gateway.sql(`select decision->>'asOf' as "asOf" from taps where event_id = $1`, [granted.eventId]);
  expect(kept).toEqual([{ asOf: granted.asOf }]);
});

describe('facts that are too old', () => {
  test('let the owners decide, and their answer has no mark', async () => {
    const guest = await gateway.addGuest();
    ages = old;
    expect(await tap(guest)).toMatchObject({ reason: 'no_entitlement', asOf: null });
    gateway.entitlements.hold(guest.customerId, held(gateway.siteId));
    expect(await tap(guest)).toMatchObject({ outcome: 'granted', asOf: null });
  });

  test('let the owner say how many visits are left', async () => {
    const guest = await gateway.addGuest();
    gateway.entitlements.hold(guest.customerId, { ...held(gateway.siteId), visitLimit: 0 });
    ages = old;
    const entry = { direction: 'DEVICE_DIRECTION_IN' } as const;
    expect(await tap(guest, entry)).toMatchObject({ outcome: 'denied', reason: 'no_credits', asOf: null });
  });

  test("let in for a booking that only its owner knows, at the booking's site", async () => {
    const { customerId, ...guest } = await gateway.addGuest();
    const { siteId, organisationId } = gateway;
    const times = { startMs: gateway.nowMs(), endMs: gateway.nowMs() + 60 * minuteMs };
    gateway.entitlements.holdOrder(order({ siteId, organisationId, customerId, ...times }));
    expect(await tap(guest)).toMatchObject({ reason: 'no_entitlement' });
    ages = { ...fresh, orders: undefined };
    expect(await tap(guest)).toMatchObject({ outcome: 'granted', asOf: null });
  });

  test('let the owner of a ban and of a card speak', async () => {
    const member = await gateway.addMember();
    gateway.entitlements.hold(member.customerId, held(gateway.siteId));
    await gateway.sql('update known_customers set access_blocked_at = now() where id = $1', [member.customerId]);
    await gateway.sql('delete from known_media where value = $1', [member.uid]);
    ages = old;
    expect(await tap(member)).toMatchObject({ outcome: 'granted' });
    expect(await tap({ uid: '0BADCAFE' })).toMatchObject({ reason: 'unknown_medium', asOf: null });
  });

  test('ask only the owner whose facts they are', async () => {
    const member = await gateway.addMember();
    ages = { ...fresh, memberships: 16 * minuteMs };
    const asked = gateway.entitlements.questionCount;
    expect(await tap(member)).toMatchObject({ reason: 'no_entitlement' });
    expect(gateway.entitlements.questionCount).toBe(asked + 1);
  });

  test('wait no longer than 300 ms for an owner that does not answer', async () => {
    const member = await gateway.addMember();
    ages = { ...fresh, memberships: 16 * minuteMs, orders: 16 * minuteMs };
    gateway.entitlements.setSilent(true);
    onTestFinished(() => gateway.entitlements.setSilent(false));
    const decision = await tap(member, { by: impatient });
    expect(decision).toMatchObject({ outcome: 'denied', reason: 'internal_error' });
    expect(decision.decidedInMs).toBeGreaterThanOrEqual(290);
    expect(gateway.entitlements.latestPatienceMs).toBeLessThanOrEqual(300);
  });
});

describe('with no owner to ask', () => {
  const unreached = (guest: Pick<TestGuest, 'uid'>, offlinePolicy: OfflinePolicy): Promise<Decision> => {
    ages = old;
    return tap(guest, { by: lonely, offlinePolicy });
  };

  test('a device whose policy is to deny lets nobody in, and nothing is claimed of a card', async () => {
    const denied = { outcome: 'denied', reason: 'internal_error' };
    expect(await unreached(await gateway.addMember(), 'OFFLINE_POLICY_DENY')).toMatchObject(denied);
    expect(await unreached({ uid: '0BADCAFE' }, 'OFFLINE_POLICY_DENY')).toMatchObject(denied);
  });

  test('a membership that is certain lets in, although nothing is known of bookings', async () => {
    const member = await gateway.addMember();
    ages = { ...fresh, orders: undefined };
    expect(await tap(member, { by: lonely })).toMatchObject({ outcome: 'granted', asOf: null });
    const guest = await gateway.addGuest();
    expect(await tap(guest, { by: lonely })).toMatchObject({ outcome: 'denied', reason: 'internal_error' });
  });

  test('the whitelist lets in whom the last state entitles, and says its age', async () => {
    const marked = { asOf: expect.any(String) };
    const policy = 'OFFLINE_POLICY_WHITELIST';
    expect(await unreached(await gateway.addMember(), policy)).toMatchObject({ outcome: 'granted', ...marked });
    expect(await unreached(await gateway.addGuest(), policy)).toMatchObject({ reason: 'no_entitlement', ...marked });
    expect(await unreached({ uid: '0BADCAFE' }, policy)).toMatchObject({ reason: 'unknown_medium', ...marked });
  });

  test('an open facility lets in everybody who is known and not blocked', async () => {
    const policy = 'OFFLINE_POLICY_FACILITY_OPEN';
    const guest = await gateway.addGuest();
    expect(await unreached(guest, policy)).toMatchObject({ outcome: 'granted', asOf: expect.any(String) });
    expect(await unreached({ uid: '0BADCAFE' }, policy)).toMatchObject({ reason: 'unknown_medium' });
    await gateway.sql('update known_media set blocked_at = now() where value = $1', [guest.uid]);
    expect(await unreached(guest, policy)).toMatchObject({ reason: 'medium_blocked' });
    await gateway.sql('update known_media set blocked_at = null where value = $1', [guest.uid]);
    await gateway.sql('update known_customers set access_blocked_at = now() where id = $1', [guest.customerId]);
    expect(await unreached(guest, policy)).toMatchObject({ reason: 'customer_blocked' });
  });

  test('whoever is inside gets out, and the visit ends', async () => {
    const member = await gateway.addMember();
    const { id } = await gateway.addDevice({ direction: 'DEVICE_DIRECTION_TOGGLE' });
    await replica.decider.decide(tapAt(gateway, id, member));
    gateway.advance(120);
    ages = old;
    const left = await lonely.decider.decide(tapAt(gateway, id, member));
    expect(left).toMatchObject({ outcome: 'granted', action: 'check_out' });
  });
});
