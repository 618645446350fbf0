import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CreateMembershipRequest, Membership } from '@lido/proto/lido/memberships/v1/membership.ts';
import { MembershipRateServiceService } from '@lido/proto/lido/memberships/v1/membership_rate.ts';
import { addDays, localDateOf } from '@lido/runtime/time/zone.ts';
import { anybody, signedIn, staff, type TestCaller } from '../../../test/support/callers.ts';
import { anyMemberships, initialRate, newMembership, newRate } from './builders.ts';
import { type MembershipDesk, openDesk } from './support.ts';

let desk: MembershipDesk;
let memberships: MembershipDesk['memberships'];
let caller: TestCaller;

beforeAll(async () => {
  desk = await openDesk();
  ({ memberships, caller } = desk);
});
afterAll(() => desk.stop());

const inOneYear = (): string => new Date(Date.now() + 366 * 86_400_000).toISOString().slice(0, 10);

test('a new membership is reserved, under a ten-digit number of its own, with its customer, type and rate', async () => {
  const customer = await desk.addCustomer({ email: 'member@example.com' });
  const made = await memberships.createMembership(
    newMembership(desk.plan, { customerId: customer.id, externalRef: 'x' }),
    caller,
  );
  expect(made).toMatchObject({
    siteId: desk.site.id,
    customer: { id: customer.id, email: 'member@example.com' },
    members: [{ customerId: customer.id, membershipNumber: made.membershipNumber, isLead: true }],
    type: { id: desk.plan.typeId },
    rate: { id: desk.plan.rateId, price: 5_000 },
    status: 'MEMBERSHIP_STATUS_RESERVED',
    source: 'MEMBERSHIP_SOURCE_APP',
    startDate: '2026-01-01',
    endDate: null,
    externalRef: 'x',
  });
  expect(made.membershipNumber).toMatch(/^\d{10}$/);
  expect(await memberships.getMembership({ id: made.id }, caller)).toEqual(made);
});

test('a customer can be added together with the membership, and their bad fields are named within customer_data', async () => {
  const customerData = { firstName: 'Ida', lastName: 'Rhodes', email: 'ida@example.com', marketingPreferenceIds: [] };
  const made = await memberships.createMembership(newMembership(desk.plan, { customerData }), caller);
  expect(made.customer).toMatchObject({
    fullName: 'Ida Rhodes',
    brandId: desk.site.brandId,
    siteId: desk.site.id,
  });
  const again = memberships.createMembership(newMembership(desk.plan, { customerData }), caller);
  await expect(again).rejects.toMatchObject({
    kind: 'invalid',
    fields: { 'customer_data.email': [expect.any(String)] },
  });
});

test.each<[string, Partial<CreateMembershipRequest>, string]>([
  ['a type that does not exist', { membershipTypeId: 'nowhere' }, 'membership_type_id'],
  ['a rate of no such type', { membershipRateId: 'nowhere' }, 'membership_rate_id'],
  ['a customer who does not exist', { customerId: 'nobody' }, 'customer_id'],
  ['neither customer nor customer data', { customerId: null }, 'customer_id'],
  ['a site that does not exist', { siteId: 'nowhere' }, 'site_id'],
  ['an end before its start', { endDate: '2025-12-31' }, 'end_date'],
])('a membership with %s is refused by that field', async (_title, fields, field) => {
  await expect(desk.reserve(fields)).rejects.toMatchObject({
    kind: 'invalid',
    fields: { [field]: [expect.any(String)] },
  });
});

test('a membership does not start before its type does', async () => {
  const later = await desk.addPlan({ minimumStartDate: '2026-05-01T00:00:00Z' });
  await expect(desk.reserve({ startDate: '2026-04-30' }, later)).rejects.toMatchObject({
    kind: 'invalid',
    fields: { start_date: [expect.any(String)] },
  });
  await expect(desk.reserve({ startDate: '2026-05-01' }, later)).resolves.toMatchObject({ startDate: '2026-05-01' });
});

test('confirming makes a membership active, or upcoming before its start date', async () => {
  expect(await desk.confirm(await desk.reserve())).toMatchObject({
    status: 'MEMBERSHIP_STATUS_ACTIVE',
    attentionReason: 'ATTENTION_REASON_UNSPECIFIED',
  });
  const startDate = inOneYear();
  expect(await desk.confirm(await desk.reserve({ startDate }))).toMatchObject({
    status: 'MEMBERSHIP_STATUS_UPCOMING',
    nextBillingDate: startDate,
  });
});

test('a fee that is collected by mandate makes a confirmed membership need attention, unless the type is paid offline', async () => {
  const byMandate = { initialRate: initialRate({ processors: ['direct_debit'] }) };
  const collected = await desk.confirm(await desk.reserve({}, await desk.addPlan(byMandate)));
  expect(collected).toMatchObject({
    status: 'MEMBERSHIP_STATUS_NEEDS_ATTENTION',
    attentionReason: 'ATTENTION_REASON_NO_MANDATE',
  });
  const offline = await desk.confirm(
    await desk.reserve({}, await desk.addPlan({ ...byMandate, offlinePayments: true })),
  );
  expect(offline).toMatchObject({ status: 'MEMBERSHIP_STATUS_ACTIVE', nextBillingDate: null });
});

test('only reserved memberships are confirmed, and what is over is not cancelled again', async () => {
  const made = await desk.confirm(await desk.reserve());
  await expect(desk.confirm(made)).rejects.toMatchObject({ kind: 'state_conflict', reason: 'membership_not_reserved' });
  const cancelled = await memberships.cancelMembership({ id: made.id }, caller);
  expect(cancelled).toMatchObject({ status: 'MEMBERSHIP_STATUS_CANCELLED', nextBillingDate: null });
  expect(cancelled.cancelledAt).toMatch(/[+-]\d{2}:\d{2}$/);
  await expect(memberships.cancelMembership({ id: made.id }, caller)).rejects.toMatchObject({
    kind: 'state_conflict',
    reason: 'membership_over',
  });
});

test('a started membership keeps its start date but may change its end, rate, visits and reference', async () => {
  const made = await desk.confirm(await desk.reserve());
  const yearly = await desk.peer(MembershipRateServiceService).createMembershipRate(newRate(desk.plan.typeId), caller);
  const change = (membership: object, ...updateMask: string[]) =>
    memberships.updateMembership({ id: made.id, membership, updateMask }, caller);
  const body = { endDate: '2199-01-31', membershipRateId: yearly.id, externalRef: 'ref' };
  expect(await change(body, 'end_date', 'membership_rate_id', 'external_ref')).toMatchObject({
    endDate: '2199-01-31',
    rate: { id: yearly.id },
    externalRef: 'ref',
    status: 'MEMBERSHIP_STATUS_ACTIVE',
  });
  expect(await change({ endDate: null, externalRef: 'ignored' }, 'end_date')).toMatchObject({
    endDate: null,
    externalRef: 'ref',
  });
  expect(await change({ visitLimit: 10 }, 'visit_limit')).toMatchObject({ visitLimit: 10, visitsRemaining: 10 });
  expect(await change({ visitLimit: null }, 'visit_limit')).toMatchObject({ visitLimit: null, visitsRemaining: null });
  expect(await change({ endDate: '2026-01-02' }, 'end_date')).toMatchObject({ status: 'MEMBERSHIP_STATUS_EXPIRED' });
  await expect(change({ startDate: '2026-02-01' }, 'start_date')).rejects.toMatchObject({
    fields: { start_date: [expect.any(String)] },
  });
  const other = await desk.addPlan();
  await expect(change({ membershipRateId: other.rateId }, 'membership_rate_id')).rejects.toMatchObject({
    fields: { membership_rate_id: [expect.any(String)] },
  });
});

test('people sign themselves up for public plans only, from today on, and for nobody else', async () => {
  const today = localDateOf(Date.now(), desk.site.timezone);
  const customer = await desk.addCustomer();
  const open = { siteId: desk.site.id, startDate: inOneYear() };
  const made = await memberships.createMembership(newMembership(desk.plan, open), signedIn(customer));
  expect(made).toMatchObject({
    customer: { id: customer.id },
    source: 'MEMBERSHIP_SOURCE_SELF_SIGNUP',
    status: 'MEMBERSHIP_STATUS_RESERVED',
  });

  const customerData = { email: 'public@example.com', marketingPreferenceIds: [] };
  const joined = await memberships.createMembership(
    newMembership(desk.plan, { ...open, startDate: today, customerData }),
    anybody(),
  );
  expect(joined.customer?.email).toBe('public@example.com');

  const hidden = await desk.addPlan({ private: true });
  const refused = (field: string) => ({ kind: 'invalid', fields: { [field]: [expect.any(String)] } });
  await expect(memberships.createMembership(newMembership(hidden, open), signedIn(customer))).rejects.toMatchObject(
    refused('membership_type_id'),
  );
  await expect(
    memberships.createMembership(newMembership(desk.plan, { ...open, startDate: '2026-01-01' }), signedIn(customer)),
  ).rejects.toMatchObject(refused('start_date'));
  for (const outsider of [anybody(), signedIn(await desk.addCustomer())]) {
    const forAnother = newMembership(desk.plan, { ...open, customerId: customer.id });
    await expect(memberships.createMembership(forAnother, outsider)).rejects.toMatchObject(refused('customer_id'));
  }
});

test('a membership covers as many people as its type allows, each under their own number', async () => {
  const made = await desk.reserve();
  const [second, third] = [await desk.addCustomer(), await desk.addCustomer()];
  const add = (customerId: string) => memberships.createMembershipMember({ parentId: made.id, customerId }, caller);
  const member = await add(second.id);
  expect(member).toMatchObject({ customerId: second.id, isLead: false });
  expect(member.membershipNumber).not.toBe(made.membershipNumber);
  await expect(add(second.id)).rejects.toMatchObject({ kind: 'invalid' });
  await expect(add(third.id)).rejects.toMatchObject({ kind: 'state_conflict', reason: 'too_many_members' });
  const { data } = await memberships.listMembershipMembers({ parentId: made.id }, caller);
  expect(data.map(({ customerId }) => customerId)).toEqual([made.customer?.id, second.id]);
  expect(
    await memberships.getCustomerByMembershipNumber({ membershipNumber: member.membershipNumber }, caller),
  ).toMatchObject({ id: second.id });
  await memberships.deleteMembershipMember({ parentId: made.id, id: second.id }, caller);
  await expect(
    memberships.deleteMembershipMember({ parentId: made.id, id: made.customer?.id ?? '' }, caller),
  ).rejects.toMatchObject({ reason: 'lead_member' });
  await expect(
    memberships.getCustomerByMembershipNumber({ membershipNumber: member.membershipNumber }, caller),
  ).rejects.toMatchObject({ kind: 'not_found' });
});

test('a type’s least number of members is asked for when a membership is confirmed', async () => {
  const pair = await desk.addPlan({ minMembers: 2, maxMembers: 2 });
  const made = await desk.reserve({}, pair);
  await expect(desk.confirm(made)).rejects.toMatchObject({ kind: 'state_conflict', reason: 'too_few_members' });
  await memberships.createMembershipMember({ parentId: made.id, customerId: (await desk.addCustomer()).id }, caller);
  expect((await desk.confirm(made)).status).toBe('MEMBERSHIP_STATUS_ACTIVE');
});

test('the list filters by what a membership is, whose it is and when it runs', async () => {
  const own = await desk.addPlan({
    initialRate: initialRate({ processors: ['direct_debit'], billingFrequency: 'P3M' }),
  });
  const open = await desk.addPlan({ offlinePayments: true });
  const waiting = await desk.confirm(await desk.reserve({}, own));
  const active = await desk.confirm(await desk.reserve({ endDate: '2199-01-01', externalRef: 'find-me' }, open));
  const ended = await desk.reserve({ endDate: '2026-01-02' }, open);
  const upcoming = await desk.confirm(await desk.reserve({ startDate: inOneYear() }, open));
  const found = async (fields: Parameters<typeof anyMemberships>[0]): Promise<string[]> => {
    const request = anyMemberships({ membershipTypeIds: [own.typeId, open.typeId], ...fields });
    return (await memberships.listMemberships(request, caller)).data.map(({ id }) => id).sort();
  };
  const ids = (...rows: Membership[]): string[] => rows.map(({ id }) => id).sort();
  expect(await found({})).toEqual(ids(waiting, active, ended, upcoming));
  expect(await found({ status: ['MEMBERSHIP_STATUS_ACTIVE', 'MEMBERSHIP_STATUS_UPCOMING'] })).toEqual(
    ids(active, upcoming),
  );
  expect(await found({ status: ['MEMBERSHIP_STATUS_EXPIRED'] })).toEqual(ids(ended));
  expect(await found({ status: ['MEMBERSHIP_STATUS_NEEDS_ATTENTION'] })).toEqual(ids(waiting));
  expect(await found({ status: ['MEMBERSHIP_STATUS_NEEDS_DD_MANDATE'] })).toEqual(ids(waiting));
  expect(await found({ status: ['MEMBERSHIP_STATUS_INACTIVE'] })).toEqual([]);
  expect(await found({ attentionReason: 'ATTENTION_REASON_NO_MANDATE' })).toEqual(ids(waiting));
  expect(await found({ customerId: active.customer?.id ?? '' })).toEqual(ids(active));
  expect(await found({ membershipNumber: active.membershipNumber })).toEqual(ids(active));
  expect(await found({ externalRef: 'find-me' })).toEqual(ids(active));
  expect(await found({ manualPayments: true })).toEqual(ids(active, ended, upcoming));
  expect(await found({ billingFrequency: ['P3M'] })).toEqual(ids(waiting));
  expect(await found({ rateId: [own.rateId] })).toEqual(ids(waiting));
  expect(await found({ endDateFrom: '2026-01-02', endDateTo: '2026-12-31' })).toEqual(ids(ended));
  expect(await found({ nextBillingDateFrom: '2026-01-01' })).toEqual(ids(waiting));
  expect(await found({ createdAtTo: '2001-01-01' })).toEqual([]);
  expect(await found({ siteId: [desk.site.id] })).toHaveLength(4);
  await expect(found({ siteId: ['nowhere'] })).rejects.toMatchObject({ kind: 'not_found' });
});

test('a membership is missing for another organisation and forbidden without the permission', async () => {
  const made = await desk.reserve();
  const missing = { kind: 'not_found', message: `The requested resource could not be found ${made.id}` };
  await expect(memberships.getMembership({ id: made.id }, desk.stranger)).rejects.toMatchObject(missing);
  await expect(
    memberships.updateMembership({ id: made.id, membership: {}, updateMask: [] }, desk.stranger),
  ).rejects.toMatchObject(missing);
  await expect(memberships.cancelMembership({ id: made.id }, desk.stranger)).rejects.toMatchObject(missing);
  await expect(memberships.confirmMembership({ id: made.id }, desk.stranger)).rejects.toMatchObject(missing);
  await expect(memberships.listMembershipMembers({ parentId: made.id }, desk.stranger)).rejects.toMatchObject(missing);
  const viewer = staff(desk.site, [desk.site.id], { held: ['memberships.view'] });
  await expect(memberships.cancelMembership({ id: made.id }, viewer)).rejects.toMatchObject({ kind: 'forbidden' });
  await expect(memberships.createMembership(newMembership(desk.plan), viewer)).rejects.toMatchObject({
    kind: 'forbidden',
  });
  await expect(memberships.getMembership({ id: made.id }, anybody())).rejects.toMatchObject({
    kind: 'unauthenticated',
  });
  await memberships.deleteMembership({ id: made.id }, caller);
  await expect(memberships.cancelMembership({ id: made.id }, caller)).rejects.toMatchObject(missing);
});

test('the next two billings follow the rate’s frequency, and a membership that is not confirmed has none', async () => {
  const startDate = inOneYear();
  const reserved = await desk.reserve({ startDate });
  expect(await memberships.getMembershipNextBilling({ id: reserved.id }, caller)).toMatchObject({
    date: null,
    amount: null,
    currency: 'GBP',
  });
  await desk.confirm(reserved);
  const next = await memberships.getMembershipNextBilling({ id: reserved.id }, caller);
  const subsequent = await memberships.getMembershipSubsequentBilling({ id: reserved.id }, caller);
  expect(next).toMatchObject({ date: startDate, amount: 5_000, billingPeriodFrom: startDate });
  expect(subsequent.date).toBe(addDays(next.billingPeriodTo ?? '', 1));
  expect(await memberships.getMembershipSubsequentBillingDate({ id: reserved.id }, caller)).toEqual({
    data: subsequent.date,
  });
  await expect(memberships.getMembershipNextBilling({ id: reserved.id }, desk.stranger)).rejects.toMatchObject({
    kind: 'not_found',
  });
});

test('a signed-in customer lists the memberships that cover them, and staff tokens are refused there', async () => {
  const customer = await desk.addCustomer();
  const made = await memberships.createMembership(newMembership(desk.plan, { customerId: customer.id }), caller);
  await desk.reserve();
  expect((await memberships.listMyAccountMemberships({}, signedIn(customer))).data).toEqual([made]);
  await expect(memberships.listMyAccountMemberships({}, caller)).rejects.toMatchObject({ kind: 'forbidden' });
});
