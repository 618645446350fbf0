import { afterAll, beforeAll, expect, test } from 'vitest';
import { CustomerDirectoryServiceService } from '@lido/proto/lido/customers/internal/v1/customer.ts';
import { Customer, CustomerServiceService } from '@lido/proto/lido/customers/v1/customer.ts';
import { SiteServiceService } from '@lido/proto/lido/customers/v1/site.ts';
import { callerMetadata, type Peer } from '@lido/runtime/grpc/client.ts';
import { metadataKey } from '@lido/runtime/grpc/principal.ts';
import { anyCustomers, newCustomer, site } from './builders.ts';
import { connectTo } from '../../../test/support/clients.ts';
import { openEvents } from '../../../test/support/events.ts';
import { anybody, staff, type TestCaller } from '../../../test/support/callers.ts';
import { addTenant, startCustomers, type TestService } from './support.ts';

let service: TestService;
let customers: Peer<typeof CustomerServiceService>;
let ours: { organisationId: string; brandId: string; siteId: string; staff: TestCaller };
let stranger: TestCaller;

beforeAll(async () => {
  service = await startCustomers();
  customers = service.peer(CustomerServiceService);
  ours = await openSite();
  stranger = (await openSite()).staff;
});
afterAll(() => service.stop());

/** A tenant with one site, and somebody who may do everything there. */
async function openSite() {
  const tenant = await addTenant(service.database);
  const place = await service.peer(SiteServiceService).createSite(site(), tenant.owner);
  const { organisationId, brandId } = tenant;
  return { organisationId, brandId, siteId: place.id, staff: staff(tenant, [place.id]) };
}

const onlyHolding = (...held: string[]): TestCaller => staff(ours, [ours.siteId], { held });

test('a customer belongs to the brand of the site they are added at, with the e-mail address in lower case', async () => {
  const request = newCustomer({
    siteId: ours.siteId,
    email: 'Ada@Example.com',
    phone: '+44 7900 000-000',
    dob: '1995-01-13T00:00:00.000Z',
  });
  const made = await customers.createCustomer(request, ours.staff);
  expect(made).toMatchObject({
    organisationId: ours.organisationId,
    brandId: ours.brandId,
    siteId: ours.siteId,
    fullName: 'Ada Byron',
    email: 'ada@example.com',
    phone: '+447900000000',
    dob: '1995-01-13',
    preferredLocale: 'en',
    hasPassword: false,
    labels: [],
    lastCheckIn: null,
    lockedAt: null,
    deletedAt: null,
  });
  expect(made.createdAt).toMatch(/\+00:00$/);
  expect(await customers.getCustomer({ id: made.id }, ours.staff)).toEqual(made);
});

test('without a site a customer joins the only brand the caller works for', async () => {
  const made = await customers.createCustomer(newCustomer(), ours.staff);
  expect(made).toMatchObject({ brandId: ours.brandId, siteId: null });
});

test.each([
  ['neither e-mail address nor both names', { firstName: 'Ada', lastName: null }, 'email'],
  ['a phone that is no number', { phone: 'call me' }, 'phone'],
  ['a locale that is not supported', { preferredLocale: 'tlh' }, 'preferred_locale'],
  ['a site that does not exist', { siteId: 'nowhere' }, 'site_id'],
  ['a marketing preference that does not exist', { marketingPreferenceIds: ['none'] }, 'marketing_preference_ids'],
])('a customer with %s is refused by that field', async (_title, fields, field) => {
  const creating = customers.createCustomer(newCustomer({ siteId: ours.siteId, ...fields }), ours.staff);
  await expect(creating).rejects.toMatchObject({ kind: 'invalid', fields: { [field]: [expect.any(String)] } });
});

test('an e-mail address is one customer’s of a brand, whatever its case, until that customer is deleted', async () => {
  const first = await customers.createCustomer(newCustomer({ email: 'one@example.com' }), ours.staff);
  const again = () => customers.createCustomer(newCustomer({ email: 'ONE@example.com' }), ours.staff);
  await expect(again()).rejects.toMatchObject({ kind: 'invalid', fields: { email: [expect.any(String)] } });
  await expect(customers.createCustomer(newCustomer({ email: 'one@example.com' }), stranger)).resolves.toBeDefined();
  await customers.deleteCustomer({ id: first.id }, ours.staff);
  await expect(again()).resolves.toMatchObject({ email: 'one@example.com' });
});

test('an update sets what the body carries, clears what it nulls and keeps the rest', async () => {
  const made = await customers.createCustomer(
    newCustomer({ email: 'keep@example.com', phone: '123456', externalRef: 'x1' }),
    ours.staff,
  );
  const customer = { firstName: 'Augusta', phone: null, externalRef: 'ignored' };
  const changed = await customers.updateCustomer(
    { id: made.id, customer, updateMask: ['first_name', 'phone'] },
    ours.staff,
  );
  expect(changed).toMatchObject({
    fullName: 'Augusta Byron',
    phone: null,
    externalRef: 'x1',
    email: 'keep@example.com',
  });
  const withPassword = await customers.updateCustomer(
    { id: made.id, customer: { password: 'correct horse' }, updateMask: ['password'] },
    ours.staff,
  );
  expect(withPassword.hasPassword).toBe(true);
});

test('a locked customer is changed only by those who may lock', async () => {
  const made = await customers.createCustomer(newCustomer(), ours.staff);
  const locked = await customers.lockCustomer({ id: made.id }, ours.staff);
  expect(locked.lockedAt).not.toBeNull();
  const rename = { id: made.id, customer: { firstName: 'Eve' }, updateMask: ['first_name'] };
  const ordinary = onlyHolding('customers.view', 'customers.manage');
  await expect(customers.updateCustomer(rename, ordinary)).rejects.toMatchObject({ kind: 'forbidden' });
  await expect(customers.unlockCustomer({ id: made.id }, ordinary)).rejects.toMatchObject({ kind: 'forbidden' });
  await expect(customers.updateCustomer(rename, ours.staff)).resolves.toMatchObject({ firstName: 'Eve' });
  expect((await customers.unlockCustomer({ id: made.id }, ours.staff)).lockedAt).toBeNull();
  await expect(customers.updateCustomer(rename, ordinary)).resolves.toBeDefined();
});

test('a deleted customer keeps the id and nothing personal', async () => {
  const made = await customers.createCustomer(newCustomer({ email: 'gone@example.com', phone: '999' }), ours.staff);
  await customers.deleteCustomer({ id: made.id }, ours.staff);
  const erased = await customers.getCustomer({ id: made.id }, ours.staff);
  expect(erased).toMatchObject({ id: made.id, firstName: null, fullName: null, email: null, phone: null });
  expect(erased.deletedAt).not.toBeNull();
  const { data } = await customers.listCustomers(anyCustomers({ id: [made.id] }), ours.staff);
  expect(data).toEqual([]);
  await expect(customers.deleteCustomer({ id: made.id }, ours.staff)).rejects.toMatchObject({ kind: 'not_found' });
});

test('another organisation’s customer is as missing as one that never was', async () => {
  const made = await customers.createCustomer(newCustomer(), ours.staff);
  for (const id of [made.id, 'never-was']) {
    const message = `The requested resource could not be found ${id}`;
    await expect(customers.getCustomer({ id }, stranger)).rejects.toMatchObject({ kind: 'not_found', message });
    await expect(customers.updateCustomer({ id, customer: {}, updateMask: [] }, stranger)).rejects.toMatchObject({
      message,
    });
    await expect(customers.deleteCustomer({ id }, stranger)).rejects.toMatchObject({ message });
    await expect(customers.lockCustomer({ id }, stranger)).rejects.toMatchObject({ message });
    const directory = service.peer(CustomerDirectoryServiceService);
    await expect(directory.findCustomer({ id }, stranger)).rejects.toMatchObject({ message });
  }
});

test('customers are seen by staff of their brand’s sites only', async () => {
  const otherBrand = staff({ ...ours, brandId: 'another-brand' }, ['another-site']);
  const made = await customers.createCustomer(newCustomer(), ours.staff);
  await expect(customers.getCustomer({ id: made.id }, otherBrand)).rejects.toMatchObject({ kind: 'not_found' });
  await expect(customers.deleteCustomer({ id: made.id }, otherBrand)).rejects.toMatchObject({ kind: 'not_found' });
  expect((await customers.listCustomers(anyCustomers(), otherBrand)).data).toEqual([]);
  await expect(customers.listCustomers(anyCustomers({ brandId: ours.brandId }), otherBrand)).rejects.toMatchObject({
    kind: 'not_found',
  });
});

test('who sees the brand without the permission is forbidden, and who has no token is unauthenticated', async () => {
  const made = await customers.createCustomer(newCustomer(), ours.staff);
  const viewer = onlyHolding('customers.view');
  await expect(customers.getCustomer({ id: made.id }, viewer)).resolves.toBeDefined();
  await expect(customers.createCustomer(newCustomer(), viewer)).rejects.toMatchObject({ kind: 'forbidden' });
  await expect(customers.updateCustomer({ id: made.id, customer: {}, updateMask: [] }, viewer)).rejects.toMatchObject({
    kind: 'forbidden',
  });
  await expect(customers.listCustomers(anyCustomers(), onlyHolding('settings.view'))).rejects.toMatchObject({
    kind: 'forbidden',
  });
  await expect(customers.getCustomer({ id: made.id }, anybody())).rejects.toMatchObject({ kind: 'unauthenticated' });
});

test('the list finds by parts of name, e-mail address and phone, by site and by dates', async () => {
  const place = await openSite();
  const [zoe, yan] = await Promise.all([
    customers.createCustomer(
      newCustomer({ siteId: place.siteId, firstName: 'Zoe', lastName: 'Quill', email: 'zq@example.com' }),
      place.staff,
    ),
    customers.createCustomer(newCustomer({ firstName: 'Yan', lastName: 'Marsh', phone: '+31612345678' }), place.staff),
  ]);
  const found = async (fields: Parameters<typeof anyCustomers>[0]): Promise<string[]> =>
    (await customers.listCustomers(anyCustomers(fields), place.staff)).data.map(({ id }) => id).sort();
  expect(await found({})).toEqual([zoe.id, yan.id].sort());
  expect(await found({ query: 'e qui' })).toEqual([zoe.id]);
  expect(await found({ query: 'ZQ@' })).toEqual([zoe.id]);
  expect(await found({ query: '%' })).toEqual([]);
  expect(await found({ email: 'ZQ@example.com' })).toEqual([zoe.id]);
  expect(await found({ phone: '1234' })).toEqual([yan.id]);
  expect(await found({ siteId: place.siteId })).toEqual([zoe.id]);
  expect(await found({ id: [yan.id] })).toEqual([yan.id]);
  expect(await found({ createdAtTo: '2001-01-01' })).toEqual([]);
  expect(await found({ createdAtFrom: '2001-01-01', updatedAtTo: '2199-12-31T00:00:00Z' })).toHaveLength(2);
  expect(await found({ marketingOptIn: 'none' })).toHaveLength(2);
  expect(await found({ marketingOptIn: 'any' })).toEqual([]);
  expect(await found({ membership: 'none' })).toHaveLength(2);
  expect(await found({ membership: 'any', membershipCreatedAtFrom: '2001-01-01' })).toEqual([]);
  const page = await customers.listCustomers(anyCustomers({ page: 2, perPage: 1 }), place.staff);
  expect(page.page).toEqual({ page: 2, perPage: 1, total: 2 });
});

test('each change is told once, with the customer as it then is', async () => {
  const made = await customers.createCustomer(newCustomer(), ours.staff);
  const changed = await customers.updateCustomer(
    { id: made.id, customer: { lastName: 'King' }, updateMask: ['last_name'] },
    ours.staff,
  );
  await customers.deleteCustomer({ id: made.id }, ours.staff);
  const stream = await openEvents(service.prefix, 'customers');
  const events = await stream.until((event) => event.aggregateId === made.id && event.version === 3);
  await stream.stop();
  const told = events.filter((event) => event.aggregateId === made.id);
  expect(told.map(({ type, version }) => [type, version])).toEqual(
    [1, 2, 3].map((version) => ['lido.customers.customer.saved', version]),
  );
  const payloads = told.map(({ payload }) => Customer.decode(payload));
  expect(payloads[1]?.lastName).toBe(changed.lastName);
  expect(payloads[2]?.fullName ?? null).toBeNull();
});

test('a repeated request with the same key is answered again without a second customer', async () => {
  const client = connectTo(service.service.address, { name: 'customers', telemetry: service.telemetry });
  const send = () => {
    const metadata = callerMetadata(ours.staff.principal, 'request');
    metadata.set(metadataKey.idempotencyKey, 'key-1');
    metadata.set(metadataKey.bodyHash, 'hash-1');
    const request = newCustomer({ email: 'repeat@example.com' });
    return client.unary(CustomerServiceService.createCustomer, request, { metadata, deadlineMs: 5_000 });
  };
  const first = await send();
  const second = await send();
  client.close();
  expect(second.response.id).toBe(first.response.id);
  expect(second.trailer.get(metadataKey.replayed)).toEqual(['true']);
});
