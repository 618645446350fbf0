import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Membership, MembershipServiceService } from '@lido/proto/lido/memberships/v1/membership.ts';
import { MembershipTypeServiceService } from '@lido/proto/lido/memberships/v1/membership_type.ts';
import { type Peer, peerOf, type RawClient } from '@lido/runtime/grpc/client.ts';
import { startTelemetry } from '@lido/runtime/telemetry/telemetry.ts';
import { HttpReader } from '../simulator/http-reader.ts';
import { anyCheckIns } from './builders.ts';
import { eventually, startGateway } from './support.ts';
import { connectTo } from '../../../test/support/clients.ts';

let gateway: Awaited<ReturnType<typeof startGateway>>;
let client: RawClient;
let memberships: Peer<typeof MembershipServiceService>;

beforeAll(async () => {
  gateway = await startGateway({ hasRealMemberships: true, hasApi: true });
  const telemetry = startTelemetry({ service: 'test', logLevel: 'silent' });
  client = connectTo(gateway.membershipsAddress, { name: 'memberships', telemetry });
  memberships = peerOf(MembershipServiceService, client);
});
afterAll(async () => {
  client.close();
  await gateway.stop();
});

/** Reserves a membership of a type of its own. */
async function join(customerId: string, type: { visitLimit?: number; maxMembers?: number } = {}): Promise<Membership> {
  const rate = { price: { amount: 5_000, currency: 'gbp' }, joiningFee: null, processors: [] };
  const made = await peerOf(MembershipTypeServiceService, client).createMembershipType(
    { name: 'Gold', visibility: 'VISIBILITY_UNSPECIFIED', initialRate: rate, ...type },
    gateway.caller,
  );
  const plan = { membershipTypeId: made.id, membershipRateId: made.rates[0]?.id ?? '' };
  const dates = { startDate: '2020-01-01', endDate: '2099-12-31' };
  const source = 'MEMBERSHIP_SOURCE_UNSPECIFIED';
  const request = { customerId, customerData: null, siteId: gateway.siteId, ...plan, ...dates, source } as const;
  return memberships.createMembership(request, gateway.caller);
}

/** A guest whose membership has been confirmed. */
async function addHolder(type: Parameters<typeof join>[1]) {
  const guest = await gateway.addGuest();
  const { id } = await join(guest.customerId, type);
  await memberships.confirmMembership({ id }, gateway.caller);
  await whenKnown(guest.customerId, `status = 'active'`);
  return {
    ...guest,
    visitsLeft: async () => (await memberships.getMembership({ id }, gateway.caller)).visitsRemaining,
  };
}

async function whenKnown(customerId: string, condition: string): Promise<void> {
  const question = `select 1 from known_memberships where customer_id = $1 and ${condition}`;
  await eventually(async () => (await gateway.sql(question, [customerId])).length === 1);
}

test('a membership of the real memberships service opens the door once it is confirmed, and no more once it is cancelled', async () => {
  const { customerId, uid } = await gateway.addGuest();
  const reader = await gateway.connect(await gateway.addDevice({ direction: 'DEVICE_DIRECTION_TOGGLE' }));
  const tapLater = (): ReturnType<typeof reader.tap> => {
    gateway.advance(120);
    return reader.tap({ uid });
  };
  expect(await tapLater()).toMatchObject({ outcome: 'denied', displayText: 'No booking found' });

  const { id } = await join(customerId);
  await whenKnown(customerId, `status = 'reserved'`);
  expect(await tapLater()).toMatchObject({ outcome: 'denied', displayText: 'Membership not active' });

  await memberships.confirmMembership({ id }, gateway.caller);
  await whenKnown(customerId, `status = 'active'`);
  expect(await tapLater()).toMatchObject({ outcome: 'granted', displayText: 'Welcome' });
  const { data } = await gateway.checkIns.listCheckIns(anyCheckIns({ customerId: [customerId] }), gateway.caller);
  expect(data).toMatchObject([{ membershipId: id }]);

  await memberships.cancelMembership({ id }, gateway.caller);
  await whenKnown(customerId, `status = 'cancelled'`);
  expect(await tapLater()).toMatchObject({ outcome: 'granted', displayText: 'Goodbye' });
  expect(await tapLater()).toMatchObject({ outcome: 'denied', displayText: 'Membership not active' });
});

test('a card for three visits is good for three of all its members together, and staff may add some', async () => {
  const [lead, other] = [await gateway.addGuest(), await gateway.addGuest()];
  const { id } = await join(lead.customerId, { visitLimit: 3, maxMembers: 2 });
  await memberships.createMembershipMember({ parentId: id, customerId: other.customerId }, gateway.caller);
  await memberships.confirmMembership({ id }, gateway.caller);
  for (const { customerId } of [lead, other]) await whenKnown(customerId, `status = 'active' and visit_limit = 3`);
  const devices = [await gateway.addDevice(), await gateway.addDevice()];
  const [first, second] = await Promise.all(devices.map((device) => gateway.connect(device)));
  if (!first || !second) throw new Error('Two readers are connected.');
  const left = async (): Promise<number | null | undefined> =>
    (await memberships.getMembership({ id }, gateway.caller)).visitsRemaining;
  expect(await left()).toBe(3);

  const exit = await gateway.connect(await gateway.addDevice({ direction: 'DEVICE_DIRECTION_OUT' }));
  for (const guest of [lead, other]) {
    expect(await first.tap({ uid: guest.uid })).toMatchObject({ outcome: 'granted' });
    gateway.advance(120);
    expect(await exit.tap({ uid: guest.uid })).toMatchObject({ outcome: 'granted' });
    gateway.advance(120);
  }
  await eventually(async () => (await left()) === 1);

  const answers = await Promise.all([first.tap({ uid: lead.uid }), second.tap({ uid: other.uid })]);
  expect(answers.map(({ outcome }) => outcome).toSorted()).toEqual(['denied', 'granted']);
  expect(answers.find(({ outcome }) => outcome === 'denied')).toMatchObject({ displayText: 'No visits left' });
  await eventually(async () => (await left()) === 0);

  const membership = { membershipTypeId: null, visitLimit: 4 };
  await memberships.updateMembership({ id, membership, updateMask: ['visit_limit'] }, gateway.caller);
  await whenKnown(lead.customerId, 'visit_limit = 4');
  gateway.advance(120);
  const denied = answers[0]?.outcome === 'denied' ? lead : other;
  expect(await first.tap({ uid: denied.uid })).toMatchObject({ outcome: 'granted' });
  await eventually(async () => (await left()) === 0);
});

test('a visit that began earlier than was known is still one visit', async () => {
  const door = await gateway.addDevice({ kind: 'DEVICE_KIND_READER_HTTP' });
  const reader = new HttpReader({ baseUrl: gateway.baseUrl, deviceId: door.id, token: door.token });
  const [guest, later] = [await addHolder({ visitLimit: 3 }), await addHolder({ visitLimit: 3 })];
  const letIn = ({ uid }: typeof guest, minutesAgo: number) =>
    reader.replay([
      {
        event_id: randomUUID(),
        medium: { kind: 'rfid_uid', value: uid },
        occurred_at: new Date(gateway.nowMs() - minutesAgo * 60_000).toISOString(),
        decision: 'granted',
      },
    ]);
  await letIn(guest, 30);
  await eventually(async () => (await guest.visitsLeft()) === 2);
  await letIn(guest, 30.5);
  const ofGuest = 'select deleted_at is null as counts from visits where customer_id = $1 order by 1';
  expect(await gateway.sql(ofGuest, [guest.customerId])).toEqual([{ counts: false }, { counts: true }]);
  // Once a later visit is counted, the two changes before it have been heard of.
  await letIn(later, 10);
  await eventually(async () => (await later.visitsLeft()) === 2);
  expect(await guest.visitsLeft()).toBe(2);
});
