import { afterAll, beforeAll, expect, test } from 'vitest';
import { CustomerDirectoryServiceService } from '@lido/proto/lido/customers/internal/v1/customer.ts';
import { BarcodeServiceService } from '@lido/proto/lido/customers/v1/barcode.ts';
import { type Customer, CustomerServiceService } from '@lido/proto/lido/customers/v1/customer.ts';
import { SiteServiceService } from '@lido/proto/lido/customers/v1/site.ts';
import type { Peer } from '@lido/runtime/grpc/client.ts';
import { anotherService, anybody, staff, type TestCaller } from '../../../test/support/callers.ts';
import { newCustomer, site } from './builders.ts';
import { addTenant, startCustomers, type TestService } from './support.ts';

let service: TestService;
let directory: Peer<typeof CustomerDirectoryServiceService>;
let customers: Peer<typeof CustomerServiceService>;
let barcodes: Peer<typeof BarcodeServiceService>;
/** A customer of each of two organisations, and who may change them. */
let made: { customer: Customer; caller: TestCaller }[];

beforeAll(async () => {
  service = await startCustomers();
  directory = service.peer(CustomerDirectoryServiceService);
  customers = service.peer(CustomerServiceService);
  barcodes = service.peer(BarcodeServiceService);
  made = [await addCustomer(), await addCustomer()];
});
afterAll(() => service.stop());

async function addCustomer(): Promise<{ customer: Customer; caller: TestCaller }> {
  const tenant = await addTenant(service.database);
  const { id: siteId } = await service.peer(SiteServiceService).createSite(site(), tenant.owner);
  const caller = staff(tenant, [siteId]);
  return { customer: await customers.createCustomer(newCustomer({ siteId }), caller), caller };
}

/** The ids that pages of one row bring, until one is empty. */
async function idsByOne(page: (afterId: string) => Promise<(string | undefined)[]>): Promise<string[]> {
  const ids: string[] = [];
  for (let next = (await page('')).at(0); next !== undefined; next = (await page(next)).at(0)) ids.push(next);
  return ids;
}

const exportCustomers = async (afterId = '', limit = 100) =>
  (await directory.exportCustomers({ afterId, limit }, anotherService())).customers;
const exportMedia = async (afterId = '', limit = 100) =>
  (await directory.exportMedia({ afterId, limit }, anotherService())).media;

test('customers of all organisations come in pages, in the order of their ids', async () => {
  const ids = made.map(({ customer }) => customer.id).toSorted();
  const page = async (afterId: string) => (await exportCustomers(afterId, 1)).map(({ customer }) => customer?.id);
  expect(await idsByOne(page)).toEqual(ids);
  expect((await exportCustomers('', 0)).map(({ customer }) => customer?.id)).toEqual(ids.slice(0, 1));
});

test('a customer comes as the newest event told them, with its version: banned, and erased ones as well', async () => {
  const { customer, caller } = await addCustomer();
  const { id } = customer;
  const exported = async () => (await exportCustomers()).find((each) => each.customer?.id === id);
  expect(await exported()).toMatchObject({ version: 1, customer: { id, fullName: customer.fullName } });
  await customers.blockCustomer({ id, reason: 'Theft' }, caller);
  expect(await exported()).toMatchObject({ version: 2, customer: { accessBlockedAt: expect.any(String) } });
  await customers.deleteCustomer({ id }, caller);
  expect(await exported()).toMatchObject({ version: 3, customer: { deletedAt: expect.any(String) } });
});

test('media come with their organisation and version, removed ones marked so', async () => {
  const media = [];
  for (const { customer, caller } of made) {
    const wanted = {
      parentId: customer.id,
      barcode: `CARD-${customer.id}`,
      kind: 'MEDIUM_KIND_BARCODE',
      data: null,
    } as const;
    media.push({ ...(await barcodes.createCustomerBarcode(wanted, caller)), customer, caller });
  }
  const [first, second] = media as [(typeof media)[0], (typeof media)[0]];
  await barcodes.blockCustomerBarcode({ parentId: first.customer.id, id: first.id, reason: 'Lost' }, first.caller);
  await barcodes.deleteCustomerBarcode({ parentId: second.customer.id, id: second.id }, second.caller);
  const exported = await exportMedia();
  expect(exported.find(({ medium }) => medium?.id === first.id)).toMatchObject({
    ...{ organisationId: first.caller.principal.organisationId, version: 2, isRemoved: false },
    medium: { barcode: first.barcode, customerId: first.customer.id, blockedAt: expect.any(String) },
  });
  expect(exported.find(({ medium }) => medium?.id === second.id)).toMatchObject({
    ...{ organisationId: second.caller.principal.organisationId, version: 2, isRemoved: true },
  });
  const page = async (afterId: string) => (await exportMedia(afterId, 1)).map(({ medium }) => medium?.id);
  expect(await idsByOne(page)).toEqual(exported.map(({ medium }) => medium?.id));
});

test('nobody but services may have them', async () => {
  const request = { afterId: '', limit: 1 };
  for (const caller of [anybody(), ...made.map(({ caller: member }) => member)]) {
    await expect(directory.exportCustomers(request, caller)).rejects.toMatchObject({ kind: 'forbidden' });
    await expect(directory.exportMedia(request, caller)).rejects.toMatchObject({ kind: 'forbidden' });
  }
});
