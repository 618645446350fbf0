import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { CheckIn } from '@lido/proto/lido/checkin/v1/check_in.ts';
import { BarcodeServiceService } from '@lido/proto/lido/customers/v1/barcode.ts';
import { CustomerServiceService } from '@lido/proto/lido/customers/v1/customer.ts';
import { Envelope } from '@lido/proto/lido/events/v1/envelope.ts';
import { EntitlementServiceService } from '@lido/proto/lido/memberships/internal/v1/entitlement.ts';
import {
  type CreateMembershipRequest,
  Membership,
  MembershipServiceService,
} from '@lido/proto/lido/memberships/v1/membership.ts';
import { ensureStream, openBus } from '@lido/runtime/events/bus.ts';
import { callerMetadata } from '@lido/runtime/grpc/client.ts';
import { metadataKey } from '@lido/runtime/grpc/principal.ts';
import type { TestCaller } from '../../../test/support/callers.ts';
import { openEvents } from '../../../test/support/events.ts';
import { natsUrl } from '../../../test/support/servers.ts';
import { newMembership } from './builders.ts';
import { type MembershipDesk, openDesk } from './support.ts';

let desk: MembershipDesk;
let memberships: MembershipDesk['memberships'];
let caller: TestCaller;

beforeAll(async () => {
  desk = await openDesk();
  ({ memberships, caller } = desk);
});
afterAll(() => desk.stop());

test('other services learn a customer’s memberships within the caller’s organisation', async () => {
  const made = await desk.confirm(await desk.reserve({ endDate: '2199-01-01' }));
  const entitlements = desk.peer(EntitlementServiceService);
  const customerId = made.customer?.id ?? '';
  expect(await entitlements.findMemberships({ customerId }, caller)).toEqual({
    memberships: [
      {
        membershipId: made.id,
        membershipTypeId: desk.plan.typeId,
        membershipTypeName: 'Gold tier',
        membershipNumber: made.membershipNumber,
        siteId: desk.site.id,
        status: 'active',
        attentionReason: null,
        startDate: '2026-01-01',
        endDate: '2199-01-01',
        visitLimit: null,
      },
    ],
  });
  expect(await entitlements.findMemberships({ customerId }, desk.stranger)).toEqual({ memberships: [] });
});

test('each change is told once, with the membership as it then is', async () => {
  const made = await desk.reserve();
  await desk.confirm(made);
  await memberships.cancelMembership({ id: made.id }, caller);
  const stream = await openEvents(desk.prefix, 'memberships');
  const events = await stream.until((event) => event.aggregateId === made.id && event.version === 3);
  await stream.stop();
  const told = events.filter((event) => event.aggregateId === made.id);
  expect(told.map(({ type, siteId }) => [type, siteId])).toEqual(
    [1, 2, 3].map(() => ['lido.memberships.membership.saved', desk.site.id]),
  );
  expect(told.map(({ payload }) => Membership.decode(payload).status)).toEqual([
    'MEMBERSHIP_STATUS_RESERVED',
    'MEMBERSHIP_STATUS_ACTIVE',
    'MEMBERSHIP_STATUS_CANCELLED',
  ]);
});

/** Sends a request as the gateway does for a client that gave an Idempotency-Key. */
function sendWithKey(key: string, request: CreateMembershipRequest) {
  const metadata = callerMetadata(caller.principal, 'request');
  metadata.set(metadataKey.idempotencyKey, key);
  metadata.set(metadataKey.bodyHash, 'hash-1');
  return desk.client.unary(MembershipServiceService.createMembership, request, { metadata, deadlineMs: 5_000 });
}

test('a repeated request with the same key adds neither a second customer nor a second membership', async () => {
  const customerData = { email: 'twice@example.com', marketingPreferenceIds: [] };
  const send = () => sendWithKey('key-1', newMembership(desk.plan, { customerData }));
  const [first, second] = [await send(), await send()];
  expect(second.response.id).toBe(first.response.id);
  expect(second.trailer.get(metadataKey.replayed)).toEqual(['true']);
});

test('a request that fails after its customer was added finds them when it is repeated with the same key', async () => {
  const customerData = { email: 'again@example.com', marketingPreferenceIds: [] };
  const tooLong = 'x'.repeat(10_000);
  const failing = sendWithKey('key-2', newMembership(desk.plan, { customerData, basketId: tooLong }));
  await expect(failing).rejects.toBeDefined();
  const { response } = await sendWithKey('key-2', newMembership(desk.plan, { customerData }));
  expect(response.customer?.email).toBe('again@example.com');
  const otherKey = sendWithKey('key-3', newMembership(desk.plan, { customerData }));
  await expect(otherKey).rejects.toMatchObject({ fields: { 'customer_data.email': [expect.any(String)] } });
});

test('a scan at the till finds the member with the memberships at that site, and the customers list filters by them', async () => {
  const made = await desk.confirm(await desk.reserve());
  const customerId = made.customer?.id ?? '';
  const barcodes = desk.customersPeer(BarcodeServiceService);
  await barcodes.createCustomerBarcode(
    { parentId: customerId, barcode: 'scan', kind: 'MEDIUM_KIND_UNSPECIFIED', data: null },
    caller,
  );
  const scanned = await barcodes.getCustomerByBarcode({ code: 'scan', siteId: desk.site.id }, caller);
  expect(scanned).toMatchObject({
    id: customerId,
    fullName: 'Ada Byron',
    memberships: [
      { id: made.id, status: 'active', membershipTypeName: 'Gold tier', membershipNumber: made.membershipNumber },
    ],
  });

  const customers = desk.customersPeer(CustomerServiceService);
  const find = async (fields: object): Promise<string[]> =>
    (await customers.listCustomers({ labelIds: [], id: [customerId], ...fields }, caller)).data.map(({ id }) => id);
  await vi.waitFor(async () => expect(await find({ membership: 'any' })).toEqual([customerId]), { timeout: 20_000 });
  expect(
    await find({ membership: 'active', membershipTypeId: desk.plan.typeId, membershipRateId: desk.plan.rateId }),
  ).toEqual([customerId]);
  expect(await find({ membershipNumber: made.membershipNumber })).toEqual([customerId]);
  expect(await find({ membership: 'none' })).toEqual([]);
  expect(await find({ membershipTypeId: 'another' })).toEqual([]);
});

test.each(['lido.checkin.check_in.saved', 'lido.checkin.check_in.checked_out'])(
  'a visit of which %s was heard of first counts as one, and what began it changes nothing',
  async (laterType) => {
    const { id: membershipId } = await desk.reserve();
    const limit = { id: membershipId, membership: { visitLimit: 10 }, updateMask: ['visit_limit'] };
    await memberships.updateMembership(limit, caller);
    const handle = openBus({ url: natsUrl(), prefix: desk.prefix, name: 'test' });
    onTestFinished(() => handle.stop());
    const bus = await handle.ready;
    await ensureStream(bus, 'checkin');
    const visit = { id: randomUUID(), customer: null, membershipId, siteId: desk.site.id, method: null };
    const tell = async (type: string, version: number) => {
      const envelope: Envelope = {
        ...{ id: randomUUID(), type, version, aggregateId: visit.id, organisationId: desk.site.organisationId },
        ...{ siteId: null, actor: 'service:test', occurredAtMs: Date.now(), requestId: randomUUID(), traceparent: '' },
        payload: Buffer.from(CheckIn.encode(visit).finish()),
      };
      await bus.js.publish(bus.nameOf(type), Envelope.encode(envelope).finish(), { msgID: envelope.id });
    };
    const left = async () => (await memberships.getMembership({ id: membershipId }, caller)).visitsRemaining;
    await tell(laterType, 2);
    await vi.waitFor(async () => expect(await left()).toBe(9), { timeout: 20_000 });
    await tell('lido.checkin.check_in.created', 1);
    await tell('lido.checkin.check_in.removed', 3);
    await vi.waitFor(async () => expect(await left()).toBe(10), { timeout: 20_000 });
  },
);
