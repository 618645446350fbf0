import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { BarcodeServiceService } from '@lido/proto/lido/customers/v1/barcode.ts';
import { CustomerServiceService } from '@lido/proto/lido/customers/v1/customer.ts';
import { EntitlementServiceService } from '@lido/proto/lido/memberships/internal/v1/entitlement.ts';
import {
  type CreateMembershipRequest,
  Membership,
  MembershipServiceService,
} from '@lido/proto/lido/memberships/v1/membership.ts';
import { callerMetadata } from '@lido/runtime/grpc/client.ts';
import { metadataKey } from '@lido/runtime/grpc/principal.ts';
import type { TestCaller } from '../../../test/support/callers.ts';
import { openEvents } from '../../../test/support/events.ts';
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
  await vi.waitFor(async () => expect(await find({ membership: 'any' })).toEqual([customerId]), { timeout: 10_000 });
  expect(
    await find({ membership: 'active', membershipTypeId: desk.plan.typeId, membershipRateId: desk.plan.rateId }),
  ).toEqual([customerId]);
  expect(await find({ membershipNumber: made.membershipNumber })).toEqual([customerId]);
  expect(await find({ membership: 'none' })).toEqual([]);
  expect(await find({ membershipTypeId: 'another' })).toEqual([]);
});
