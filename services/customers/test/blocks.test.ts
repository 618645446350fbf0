import { afterAll, beforeAll, expect, test } from 'vitest';
import { CustomerDirectoryServiceService } from '@lido/proto/lido/customers/internal/v1/customer.ts';
import { Barcode, BarcodeServiceService } from '@lido/proto/lido/customers/v1/barcode.ts';
import { Customer, CustomerServiceService } from '@lido/proto/lido/customers/v1/customer.ts';
import { SiteServiceService } from '@lido/proto/lido/customers/v1/site.ts';
import type { Peer } from '@lido/runtime/grpc/client.ts';
import { openEvents } from '../../../test/support/events.ts';
import { staff, type TestCaller } from '../../../test/support/callers.ts';
import { newCustomer, site } from './builders.ts';
import { addTenant, startCustomers, type Tenant, type TestService } from './support.ts';

let service: TestService;
let customers: Peer<typeof CustomerServiceService>;
let barcodes: Peer<typeof BarcodeServiceService>;
let tenant: Tenant;
let siteId: string;
let caller: TestCaller;

beforeAll(async () => {
  service = await startCustomers();
  customers = service.peer(CustomerServiceService);
  barcodes = service.peer(BarcodeServiceService);
  tenant = await addTenant(service.database);
  siteId = (await service.peer(SiteServiceService).createSite(site(), tenant.owner)).id;
  caller = staff(tenant, [siteId]);
});
afterAll(() => service.stop());

const someCustomer = (): Promise<Customer> => customers.createCustomer(newCustomer({ siteId }), caller);

async function someCard(value: string): Promise<Barcode & { parentId: string }> {
  const { id: parentId } = await someCustomer();
  const wanted = { parentId, barcode: value, kind: 'MEDIUM_KIND_WEARABLE', data: null } as const;
  return { ...(await barcodes.createCustomerBarcode(wanted, caller)), parentId };
}

test('a ban has a moment and a reason, keeps the moment when it is given again, and leaves nothing when it is lifted', async () => {
  const { id, accessBlockedAt } = await someCustomer();
  expect(accessBlockedAt).toBeNull();
  const blocked = await customers.blockCustomer({ id, reason: ' Threw a chair ' }, caller);
  expect(blocked).toMatchObject({ accessBlockedAt: expect.any(String), accessBlockedReason: 'Threw a chair' });
  const again = await customers.blockCustomer({ id, reason: 'Threw two chairs' }, caller);
  expect(again).toMatchObject({
    accessBlockedAt: blocked.accessBlockedAt,
    accessBlockedReason: 'Threw two chairs',
  });
  const free = { accessBlockedAt: null, accessBlockedReason: null };
  expect(await customers.unblockCustomer({ id }, caller)).toMatchObject(free);
  expect(await customers.unblockCustomer({ id }, caller)).toMatchObject(free);
});

test('a ban is not a lock: the profile stays changeable, and a locked customer is not banned', async () => {
  const { id } = await someCustomer();
  await customers.blockCustomer({ id, reason: 'Banned' }, caller);
  const ordinary = staff(tenant, [siteId], { held: ['customers.view', 'customers.manage'] });
  const rename = { id, customer: { firstName: 'Eve' }, updateMask: ['first_name'] };
  expect(await customers.updateCustomer(rename, ordinary)).toMatchObject({
    firstName: 'Eve',
    accessBlockedReason: 'Banned',
  });
  await customers.unblockCustomer({ id }, caller);
  expect(await customers.lockCustomer({ id }, caller)).toMatchObject({ accessBlockedAt: null });
});

test('a ban needs a reason and the permission customers.block, and is nothing of another organisation', async () => {
  const { id } = await someCustomer();
  await expect(customers.blockCustomer({ id, reason: '  ' }, caller)).rejects.toMatchObject({
    kind: 'invalid',
    fields: { reason: [expect.any(String)] },
  });
  const ordinary = staff(tenant, [siteId], { held: ['customers.view', 'customers.manage', 'customers.lock'] });
  await expect(customers.blockCustomer({ id, reason: 'x' }, ordinary)).rejects.toMatchObject({ kind: 'forbidden' });
  await expect(customers.unblockCustomer({ id }, ordinary)).rejects.toMatchObject({ kind: 'forbidden' });
  const stranger = staff({ ...tenant, organisationId: 'another', brandId: 'another' }, [siteId]);
  await expect(customers.blockCustomer({ id, reason: 'x' }, stranger)).rejects.toMatchObject({ kind: 'not_found' });
  await expect(customers.unblockCustomer({ id }, stranger)).rejects.toMatchObject({ kind: 'not_found' });
  expect(await customers.getCustomer({ id }, caller)).toMatchObject({ accessBlockedAt: null });
});

test('a ban ends with the personal data it was about', async () => {
  const { id } = await someCustomer();
  await customers.blockCustomer({ id, reason: 'Banned' }, caller);
  await customers.deleteCustomer({ id }, caller);
  expect(await customers.getCustomer({ id }, caller)).toMatchObject({
    accessBlockedAt: null,
    accessBlockedReason: null,
  });
});

test('a lost card is blocked by itself, stays linked and is listed so, until it is found', async () => {
  const { parentId, id } = await someCard('0A01');
  const blocked = await barcodes.blockCustomerBarcode({ parentId, id, reason: 'Lost' }, caller);
  expect(blocked).toMatchObject({ barcode: '0A01', blockedAt: expect.any(String), blockedReason: 'Lost' });
  const again = await barcodes.blockCustomerBarcode({ parentId, id }, caller);
  expect(again).toMatchObject({ blockedAt: blocked.blockedAt, blockedReason: null });
  expect((await barcodes.listCustomerBarcodes({ parentId }, caller)).data).toEqual([again]);
  expect(await customers.getCustomer({ id: parentId }, caller)).toMatchObject({ accessBlockedAt: null });
  const free = await barcodes.unblockCustomerBarcode({ parentId, id }, caller);
  expect(free).toMatchObject({ blockedAt: null, blockedReason: null });
});

test('a card is blocked only under its own customer, by those who may change customers', async () => {
  const { parentId, id } = await someCard('0A02');
  const other = await someCustomer();
  const missing = { kind: 'not_found' };
  await expect(barcodes.blockCustomerBarcode({ parentId: other.id, id }, caller)).rejects.toMatchObject(missing);
  await expect(barcodes.unblockCustomerBarcode({ parentId, id: 'none' }, caller)).rejects.toMatchObject(missing);
  const viewer = staff(tenant, [siteId], { held: ['customers.view'] });
  await expect(barcodes.blockCustomerBarcode({ parentId, id }, viewer)).rejects.toMatchObject({ kind: 'forbidden' });
  await expect(barcodes.unblockCustomerBarcode({ parentId, id }, viewer)).rejects.toMatchObject({ kind: 'forbidden' });
});

test('other services are told of a ban and of a blocked card, by event and by answer', async () => {
  const { parentId, id } = await someCard('0A03');
  await customers.blockCustomer({ id: parentId, reason: 'Banned' }, caller);
  await barcodes.blockCustomerBarcode({ parentId, id, reason: 'Lost' }, caller);
  const stream = await openEvents(service.prefix, 'customers');
  const events = await stream.until((event) => event.aggregateId === id && event.version === 2);
  await stream.stop();
  const newest = (aggregateId: string): Uint8Array =>
    events.findLast((event) => event.aggregateId === aggregateId)?.payload ?? new Uint8Array();
  expect(Barcode.decode(newest(id)).blockedAt).toEqual(expect.any(String));
  expect(Customer.decode(newest(parentId)).accessBlockedAt).toEqual(expect.any(String));
  const directory = service.peer(CustomerDirectoryServiceService);
  expect(await directory.findCustomerByMedium({ value: '0A03' }, caller)).toMatchObject({
    customer: { accessBlockedAt: expect.any(String) },
    mediumBlockedAt: expect.any(String),
  });
});
