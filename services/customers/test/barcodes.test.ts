import { afterAll, beforeAll, expect, test } from 'vitest';
import { CustomerDirectoryServiceService } from '@lido/proto/lido/customers/internal/v1/customer.ts';
import {
  Barcode,
  BarcodeServiceService,
  type CreateCustomerBarcodeRequest,
} from '@lido/proto/lido/customers/v1/barcode.ts';
import { CustomerServiceService } from '@lido/proto/lido/customers/v1/customer.ts';
import { SiteServiceService } from '@lido/proto/lido/customers/v1/site.ts';
import type { Peer } from '@lido/runtime/grpc/client.ts';
import { newCustomer, site } from './builders.ts';
import { openEvents } from '../../../test/support/events.ts';
import { staff, type TestCaller } from '../../../test/support/callers.ts';
import { addTenant, startCustomers, type Tenant, type TestService } from './support.ts';

let service: TestService;
let barcodes: Peer<typeof BarcodeServiceService>;
let siteId: string;
let tenant: Tenant;
let caller: TestCaller;
let customerId: string;

beforeAll(async () => {
  service = await startCustomers();
  barcodes = service.peer(BarcodeServiceService);
  tenant = await addTenant(service.database);
  siteId = (await service.peer(SiteServiceService).createSite(site(), tenant.owner)).id;
  caller = staff(tenant, [siteId]);
  customerId = await someCustomer();
});
afterAll(() => service.stop());

async function someCustomer(): Promise<string> {
  return (await service.peer(CustomerServiceService).createCustomer(newCustomer({ siteId }), caller)).id;
}

function medium(barcode: string, fields: Partial<CreateCustomerBarcodeRequest> = {}): CreateCustomerBarcodeRequest {
  return { parentId: customerId, barcode, kind: 'MEDIUM_KIND_UNSPECIFIED', data: null, ...fields };
}

test('a barcode is kept as printed, a wearable in upper-case hex, and either way of sending the value works', async () => {
  const printed = await barcodes.createCustomerBarcode(medium('aB-001'), caller);
  expect(printed).toMatchObject({ customerId, barcode: 'aB-001', kind: 'MEDIUM_KIND_BARCODE' });
  const worn = await barcodes.createCustomerBarcode(medium('04:a1:b2', { kind: 'MEDIUM_KIND_WEARABLE' }), caller);
  expect(worn).toMatchObject({ barcode: '04A1B2', kind: 'MEDIUM_KIND_WEARABLE' });
  const data = { barcode: 'nested', kind: 'MEDIUM_KIND_UNSPECIFIED' } as const;
  const nested = await barcodes.createCustomerBarcode({ ...medium(''), barcode: null, data }, caller);
  expect(nested.barcode).toBe('nested');
  const listed = await barcodes.listCustomerBarcodes({ parentId: customerId }, caller);
  expect(listed.data).toEqual([nested, worn, printed]);
});

test('a value is one customer’s of the organisation, until it is unlinked', async () => {
  const first = await barcodes.createCustomerBarcode(medium('taken'), caller);
  const other = await someCustomer();
  const link = () => barcodes.createCustomerBarcode(medium('taken', { parentId: other }), caller);
  await expect(link()).rejects.toMatchObject({ kind: 'invalid', fields: { barcode: [expect.any(String)] } });
  await barcodes.deleteCustomerBarcode({ parentId: customerId, id: first.id }, caller);
  await expect(link()).resolves.toMatchObject({ customerId: other });
});

test('what a deleted customer carried is free again', async () => {
  const leaving = await someCustomer();
  await barcodes.createCustomerBarcode(medium('freed', { parentId: leaving }), caller);
  await service.peer(CustomerServiceService).deleteCustomer({ id: leaving }, caller);
  await expect(barcodes.createCustomerBarcode(medium('freed'), caller)).resolves.toMatchObject({ customerId });
});

test.each([
  ['nothing', ''],
  ['no hexadecimal', 'XYZ'],
])('a wearable of %s is refused by its field', async (_title, value) => {
  const creating = barcodes.createCustomerBarcode(medium(value, { kind: 'MEDIUM_KIND_WEARABLE' }), caller);
  await expect(creating).rejects.toMatchObject({ kind: 'invalid', fields: { barcode: [expect.any(String)] } });
});

test('other services find a customer by id, barcode or wearable within the caller’s organisation only', async () => {
  const directory = service.peer(CustomerDirectoryServiceService);
  await barcodes.createCustomerBarcode(medium('find-me'), caller);
  await barcodes.createCustomerBarcode(medium('0a0b', { kind: 'MEDIUM_KIND_WEARABLE' }), caller);
  for (const value of ['find-me', '0A0B', '0a0b', customerId]) {
    expect(await directory.findCustomerByMedium({ value }, caller)).toMatchObject({ customerId });
  }
  const stranger = staff({ ...tenant, organisationId: 'another-organisation' }, []);
  expect(await directory.findCustomerByMedium({ value: 'find-me' }, stranger)).toMatchObject({ customer: null });
});

test('two organisations may use the same value, and each finds its own customer', async () => {
  const other = await addTenant(service.database);
  const place = await service.peer(SiteServiceService).createSite(site(), other.owner);
  const theirs = staff(other, [place.id]);
  const { id } = await service.peer(CustomerServiceService).createCustomer(newCustomer(), theirs);
  await barcodes.createCustomerBarcode(medium('same', { parentId: id }), theirs);
  await barcodes.createCustomerBarcode(medium('same'), caller);
  const directory = service.peer(CustomerDirectoryServiceService);
  expect(await directory.findCustomerByMedium({ value: 'same' }, caller)).toMatchObject({ customerId });
  expect(await directory.findCustomerByMedium({ value: 'same' }, theirs)).toMatchObject({ customerId: id });
});

test('another organisation neither lists, links nor unlinks', async () => {
  const { id } = await barcodes.createCustomerBarcode(medium('mine'), caller);
  const stranger = staff({ ...tenant, organisationId: 'another-organisation' }, [siteId]);
  const missing = { kind: 'not_found' };
  await expect(barcodes.listCustomerBarcodes({ parentId: customerId }, stranger)).rejects.toMatchObject(missing);
  await expect(barcodes.createCustomerBarcode(medium('theirs'), stranger)).rejects.toMatchObject(missing);
  await expect(barcodes.deleteCustomerBarcode({ parentId: customerId, id }, stranger)).rejects.toMatchObject(missing);
  await expect(barcodes.getCustomerByBarcode({ code: 'mine', siteId }, stranger)).rejects.toMatchObject(missing);
});

test('a search is unavailable while memberships can not be asked, and not found for an unknown code', async () => {
  await barcodes.createCustomerBarcode(medium('scan'), caller);
  await expect(barcodes.getCustomerByBarcode({ code: 'scan', siteId }, caller)).rejects.toMatchObject({
    kind: 'unavailable',
  });
  await expect(barcodes.getCustomerByBarcode({ code: 'unknown', siteId }, caller)).rejects.toMatchObject({
    kind: 'not_found',
  });
});

test('linking and unlinking are told once each', async () => {
  const { id } = await barcodes.createCustomerBarcode(medium('told'), caller);
  await barcodes.deleteCustomerBarcode({ parentId: customerId, id }, caller);
  const stream = await openEvents(service.prefix, 'customers');
  const events = await stream.until((event) => event.aggregateId === id && event.version === 2);
  await stream.stop();
  const told = events.filter((event) => event.aggregateId === id);
  expect(told.map(({ type }) => type)).toEqual(['lido.customers.medium.saved', 'lido.customers.medium.removed']);
  expect(told.map(({ payload }) => Barcode.decode(payload).barcode)).toEqual(['told', 'told']);
});
