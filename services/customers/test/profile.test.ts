import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BarcodeServiceService } from '@lido/proto/lido/customers/v1/barcode.ts';
import {
  type Contraindication,
  ContraindicationServiceService,
  CustomerContraindicationServiceService,
} from '@lido/proto/lido/customers/v1/contraindication.ts';
import { CustomerServiceService } from '@lido/proto/lido/customers/v1/customer.ts';
import { type CustomerAddress, CustomerAddressServiceService } from '@lido/proto/lido/customers/v1/customer_address.ts';
import { type CustomerNote, CustomerNoteServiceService } from '@lido/proto/lido/customers/v1/customer_note.ts';
import { CustomerLabelServiceService, type Label, LabelServiceService } from '@lido/proto/lido/customers/v1/label.ts';
import {
  CustomerMarketingPreferenceServiceService,
  type MarketingPreference,
  MarketingPreferenceServiceService,
} from '@lido/proto/lido/customers/v1/marketing_preference.ts';
import { MyAccountServiceService } from '@lido/proto/lido/customers/v1/my_account.ts';
import { SiteServiceService } from '@lido/proto/lido/customers/v1/site.ts';
import { anyCustomers, newCustomer, site } from './builders.ts';
import { anybody, signedIn, staff, type TestCaller } from '../../../test/support/callers.ts';
import { addTenant, startCustomers, type Tenant, type TestService } from './support.ts';

let service: TestService;
let tenant: Tenant;
let caller: TestCaller;
let parentId: string;
const stranger = staff({ organisationId: 'another-organisation', brandId: 'another-brand' }, ['somewhere']);
const missing = { kind: 'not_found' };

beforeAll(async () => {
  service = await startCustomers();
  tenant = await addTenant(service.database);
  const place = await service.peer(SiteServiceService).createSite(site(), tenant.owner);
  caller = staff(tenant, [place.id]);
  parentId = (await service.peer(CustomerServiceService).createCustomer(newCustomer(), caller)).id;
});
afterAll(() => service.stop());

const address = (fields: Partial<CustomerAddress> = {}): CustomerAddress => ({
  id: '',
  customerId: '',
  name: 'Home',
  addressLine1: '1 Harbour Row',
  createdAt: '',
  updatedAt: '',
  ...fields,
});
const note = (text: string): CustomerNote => ({
  id: '',
  customerId: '',
  note: text,
  createdBy: '',
  createdAt: '',
  updatedAt: '',
});
const label = (value: string, colour = 'FF8800'): Label => ({
  id: '',
  organisationId: '',
  value,
  colour,
  createdAt: '',
  updatedAt: '',
});
const contraindication = (name: string): Contraindication => ({
  id: '',
  organisationId: '',
  name,
  createdAt: '',
  updatedAt: '',
});
const preference = (text: string, fields: Partial<MarketingPreference> = {}): MarketingPreference => ({
  id: '',
  organisationId: '',
  text,
  createdAt: '',
  updatedAt: '',
  ...fields,
});

test('addresses are added, changed in part, listed and removed', async () => {
  const addresses = service.peer(CustomerAddressServiceService);
  const made = await addresses.createCustomerAddress(
    { parentId, address: address({ city: 'Brighton', postcode: 'BN1' }) },
    caller,
  );
  expect(made).toMatchObject({ customerId: parentId, addressLine1: '1 Harbour Row', city: 'Brighton', county: null });
  const changes = address({ addressLine1: '2 Pier Road', city: null, postcode: 'ignored' });
  const changed = await addresses.updateCustomerAddress(
    { parentId, id: made.id, address: changes, updateMask: ['address_line_1', 'city'] },
    caller,
  );
  expect(changed).toMatchObject({ name: 'Home', addressLine1: '2 Pier Road', city: null, postcode: 'BN1' });
  expect(await addresses.getCustomerAddress({ parentId, id: made.id }, caller)).toEqual(changed);
  expect(await addresses.listCustomerAddresses({ parentId }, caller)).toMatchObject({
    data: [changed],
    page: { total: 1 },
  });
  await expect(addresses.getCustomerAddress({ parentId, id: made.id }, stranger)).rejects.toMatchObject(missing);
  await addresses.deleteCustomerAddress({ parentId, id: made.id }, caller);
  await expect(addresses.getCustomerAddress({ parentId, id: made.id }, caller)).rejects.toMatchObject(missing);
});

test('notes are listed with the newest first and say who wrote them', async () => {
  const notes = service.peer(CustomerNoteServiceService);
  const first = await notes.createNote({ parentId, note: note('Prefers mornings.') }, caller);
  const second = await notes.createNote({ parentId, note: note('Allergic to lavender.') }, caller);
  expect(first.createdBy).toBe(`staff:${caller.principal.id}`);
  await notes.updateNote({ parentId, id: first.id, note: note('Prefers evenings.'), updateMask: ['note'] }, caller);
  const listed = await notes.listNotes({ parentId }, caller);
  expect(listed.data.map((each) => each.note)).toEqual(['Allergic to lavender.', 'Prefers evenings.']);
  await notes.deleteNote({ parentId, id: second.id }, caller);
  expect((await notes.listNotes({ parentId }, caller)).data).toHaveLength(1);
  await expect(notes.listNotes({ parentId }, stranger)).rejects.toMatchObject(missing);
  const viewer = staff(
    tenant,
    caller.principal.grants.map(({ siteId }) => siteId),
    { held: ['customers.view'] },
  );
  await expect(notes.createNote({ parentId, note: note('x') }, viewer)).rejects.toMatchObject({ kind: 'forbidden' });
});

test('all notes are listed, however many', async () => {
  const notes = service.peer(CustomerNoteServiceService);
  const texts = Array.from({ length: 20 }, (_, index) => `Visit ${index}`);
  for (const text of texts) await notes.createNote({ parentId, note: note(text) }, caller);
  const listed = await notes.listNotes({ parentId }, caller);
  expect(listed.data.map((each) => each.note).slice(0, 20)).toEqual(texts.reverse());
});

test('a customer whose data was erased has nothing and gets nothing', async () => {
  const { id } = await service.peer(CustomerServiceService).createCustomer(newCustomer(), caller);
  const addresses = service.peer(CustomerAddressServiceService);
  const notes = service.peer(CustomerNoteServiceService);
  const made = await addresses.createCustomerAddress({ parentId: id, address: address() }, caller);
  await service.peer(CustomerServiceService).deleteCustomer({ id }, caller);
  const outcomes = await Promise.allSettled<unknown>([
    addresses.listCustomerAddresses({ parentId: id }, caller),
    addresses.getCustomerAddress({ parentId: id, id: made.id }, caller),
    addresses.createCustomerAddress({ parentId: id, address: address() }, caller),
    notes.listNotes({ parentId: id }, caller),
    notes.createNote({ parentId: id, note: note('x') }, caller),
    service.peer(CustomerLabelServiceService).attachCustomerLabels({ parentId: id, labels: ['nowhere'] }, caller),
    service.peer(CustomerContraindicationServiceService).listCustomerContraindications({ parentId: id }, caller),
    service.peer(CustomerMarketingPreferenceServiceService).listCustomerMarketingPreferences({ parentId: id }, caller),
    service.peer(BarcodeServiceService).listCustomerBarcodes({ parentId: id }, caller),
  ]);
  const notThere = { status: 'rejected', reason: { ...missing, message: expect.stringContaining(id) } };
  expect(outcomes).toMatchObject(outcomes.map(() => notThere));
});

test('labels go on and off a customer, and an archived label shows on nobody until it is restored', async () => {
  const labels = service.peer(LabelServiceService);
  const ofCustomer = service.peer(CustomerLabelServiceService);
  const customers = service.peer(CustomerServiceService);
  const vip = await labels.createLabel(label('VIP'), caller);
  const late = await labels.createLabel(label('Late payer'), caller);
  expect(vip).toMatchObject({ organisationId: tenant.organisationId, colour: 'ff8800' });
  await ofCustomer.attachCustomerLabels({ parentId, labels: [vip.id] }, caller);
  const both = await ofCustomer.attachCustomerLabels({ parentId, labels: [vip.id, late.id] }, caller);
  expect(both.data.map(({ value }) => value)).toEqual(['Late payer', 'VIP']);
  const shown = async (): Promise<string[]> =>
    (await customers.getCustomer({ id: parentId }, caller)).labels.map(({ value }) => value);
  expect(await shown()).toEqual(['Late payer', 'VIP']);
  expect(
    (await customers.listCustomers(anyCustomers({ labelIds: [vip.id] }), caller)).data.map(({ id }) => id),
  ).toEqual([parentId]);

  await labels.deleteLabel({ id: vip.id }, caller);
  expect(await shown()).toEqual(['Late payer']);
  expect((await labels.listLabels({ archived: true }, caller)).data.map(({ id }) => id)).toEqual([vip.id]);
  await labels.restoreLabel({ id: vip.id }, caller);
  expect(await shown()).toEqual(['Late payer', 'VIP']);
  await ofCustomer.detachCustomerLabels({ parentId, labels: [vip.id, 'not-there'] }, caller);
  expect((await ofCustomer.listCustomerLabels({ parentId }, caller)).data.map(({ id }) => id)).toEqual([late.id]);
  await expect(ofCustomer.attachCustomerLabels({ parentId, labels: ['nowhere'] }, caller)).rejects.toMatchObject({
    kind: 'invalid',
  });
});

test('a label with a colour of another form or of another organisation is refused by that field', async () => {
  const labels = service.peer(LabelServiceService);
  await expect(labels.createLabel(label('x', 'red'), caller)).rejects.toMatchObject({
    fields: { colour: [expect.any(String)] },
  });
  const theirs = { ...label('x'), organisationId: 'another-organisation' };
  await expect(labels.createLabel(theirs, caller)).rejects.toMatchObject({
    fields: { organisation_id: [expect.any(String)] },
  });
});

test('a customer is opted in and out by staff, and a deleted preference is nobody’s', async () => {
  const preferences = service.peer(MarketingPreferenceServiceService);
  const states = service.peer(CustomerMarketingPreferenceServiceService);
  const news = await preferences.createMarketingPreference(preference('News'), caller);
  const offers = await preferences.createMarketingPreference(preference('Offers'), caller);
  expect(await states.optCustomerIn({ parentId, id: news.id }, caller)).toMatchObject({ id: news.id, optedIn: true });
  const listed = await states.listCustomerMarketingPreferences({ parentId }, caller);
  expect(listed.data.map(({ text, optedIn }) => [text, optedIn])).toEqual([
    ['News', true],
    ['Offers', false],
  ]);
  const customers = service.peer(CustomerServiceService);
  const optedIn = async (marketingOptIn: string): Promise<string[]> =>
    (await customers.listCustomers(anyCustomers({ marketingOptIn }), caller)).data.map(({ id }) => id);
  expect(await optedIn(news.id)).toEqual([parentId]);
  expect(await optedIn('any')).toEqual([parentId]);
  expect(await optedIn('none')).toEqual([]);
  await states.optCustomerOut({ parentId, id: news.id }, caller);
  expect(await states.getCustomerMarketingPreference({ parentId, id: news.id }, caller)).toMatchObject({
    optedIn: false,
  });

  await states.optCustomerIn({ parentId, id: offers.id }, caller);
  await preferences.deleteMarketingPreference({ id: offers.id }, caller);
  expect(await optedIn('any')).toEqual([]);
  await expect(states.optCustomerIn({ parentId, id: offers.id }, caller)).rejects.toMatchObject(missing);
  const open = await preferences.listPublicMarketingPreferences({ organisationId: tenant.organisationId }, anybody());
  expect(open.data.map(({ text }) => text)).toEqual(['News']);
  const nowhere = preferences.createMarketingPreference(preference('x', { siteId: 'nowhere' }), caller);
  await expect(nowhere).rejects.toMatchObject({ fields: { site_id: [expect.any(String)] } });
});

test('contraindications are recorded of a customer by staff and by the customer, and taken off again', async () => {
  const list = service.peer(ContraindicationServiceService);
  const recorded = service.peer(CustomerContraindicationServiceService);
  const asthma = await list.createContraindication(contraindication('Asthma'), caller);
  const nuts = await list.createContraindication(contraindication('Nut allergy'), caller);
  const myself = signedIn({ ...tenant, id: parentId });
  await recorded.createCustomerContraindication({ parentId, contraindicationId: nuts.id }, caller);
  await recorded.createCustomerContraindication({ parentId, contraindicationId: nuts.id }, caller);
  await recorded.createMyAccountContraindication({ contraindicationId: asthma.id }, myself);
  const names = async (): Promise<string[]> =>
    (await recorded.listCustomerContraindications({ parentId }, caller)).data.map(({ name }) => name);
  expect(await names()).toEqual(['Asthma', 'Nut allergy']);
  expect((await recorded.listMyAccountContraindications({}, myself)).data).toHaveLength(2);
  await recorded.deleteMyAccountContraindication({ contraindicationId: asthma.id }, myself);
  expect(await names()).toEqual(['Nut allergy']);
  await list.deleteContraindication({ id: nuts.id }, caller);
  expect(await names()).toEqual([]);
  const taking = recorded.deleteCustomerContraindication({ parentId, contraindicationId: asthma.id }, caller);
  await expect(taking).rejects.toMatchObject(missing);
  const recording = recorded.createCustomerContraindication({ parentId, contraindicationId: 'nowhere' }, caller);
  await expect(recording).rejects.toMatchObject({ fields: { contraindication_id: [expect.any(String)] } });
  await expect(recorded.listCustomerContraindications({ parentId }, stranger)).rejects.toMatchObject(missing);
});

test('a signed-in customer sees and opts in themselves; staff tokens are refused there', async () => {
  const me = service.peer(MyAccountServiceService);
  const news = await service
    .peer(MarketingPreferenceServiceService)
    .createMarketingPreference(preference('My news'), caller);
  const myself = signedIn({ ...tenant, id: parentId });
  expect(await me.getMyAccountDetails({}, myself)).toMatchObject({ id: parentId });
  const states = (await me.optMyselfIn({ id: news.id }, myself)).data;
  expect(states.find(({ id }) => id === news.id)?.optedIn).toBe(true);
  expect((await me.optMyselfOut({ id: news.id }, myself)).data.some(({ optedIn }) => optedIn)).toBe(false);
  await expect(me.getMyAccountDetails({}, caller)).rejects.toMatchObject({ kind: 'forbidden' });
  await expect(me.getMyAccountDetails({}, signedIn({ ...tenant, id: randomUUID() }))).rejects.toMatchObject(missing);
});
