import { afterAll, beforeAll, expect, test } from 'vitest';
import { MembershipRateServiceService } from '@lido/proto/lido/memberships/v1/membership_rate.ts';
import { MembershipTypeServiceService } from '@lido/proto/lido/memberships/v1/membership_type.ts';
import type { Peer } from '@lido/runtime/grpc/client.ts';
import { initialRate, newRate, newType, typeChanges } from './builders.ts';
import { anybody, signedIn, staff, type TestCaller } from '../../../test/support/callers.ts';
import { startServices, type TestServices } from './support.ts';

let services: TestServices;
let types: Peer<typeof MembershipTypeServiceService>;
let rates: Peer<typeof MembershipRateServiceService>;
let caller: TestCaller;
let stranger: TestCaller;

beforeAll(async () => {
  services = await startServices();
  types = services.peer(MembershipTypeServiceService);
  rates = services.peer(MembershipRateServiceService);
  caller = services.caller;
  stranger = staff({ ...services.site, organisationId: 'another-organisation' }, [services.site.id]);
});
afterAll(() => services.stop());

const onlyHolding = (...held: string[]): TestCaller => staff(services.site, [services.site.id], { held });

test('a new type comes with its first rate and lasts a calendar year unless it says otherwise', async () => {
  const made = await types.createMembershipType(newType({ terms: 'Be kind.' }), caller);
  expect(made).toMatchObject({
    brandId: services.site.brandId,
    name: 'Gold tier',
    terms: 'Be kind.',
    defaultDuration: 'P1Y',
    private: false,
    visibility: 'VISIBILITY_PUBLIC',
    minMembers: 1,
    maxMembers: 1,
    visitLimit: null,
    rates: [{ name: 'Standard', price: 5_000, joiningFee: 0, currency: 'GBP', billingFrequency: 'P1M' }],
  });
  expect(await types.getMembershipType({ id: made.id }, caller)).toEqual(made);
});

test('a first rate may come as a currency and an amount', async () => {
  const first = initialRate({ price: null, currency: 'eur', amount: 700, billingFrequency: 'P1Y' });
  const made = await types.createMembershipType(newType({ initialRate: first }), caller);
  expect(made.rates).toMatchObject([{ price: 700, currency: 'EUR', billingFrequency: 'P1Y' }]);
});

test.each([
  ['a first rate without a price', { initialRate: initialRate({ price: null }) }, 'initial_rate.price'],
  [
    'a joining fee in another currency',
    { initialRate: initialRate({ joiningFee: { amount: 1, currency: 'USD' } }) },
    'initial_rate.joining_fee',
  ],
  [
    'a billing period of no time',
    { initialRate: initialRate({ billingFrequency: 'P0D' }) },
    'initial_rate.billing_frequency',
  ],
  ['fewer members at most than at least', { minMembers: 3, maxMembers: 2 }, 'max_members'],
  ['a brand that does not exist', { brandId: 'nowhere' }, 'brand_id'],
])('a type with %s is refused by that field', async (_title, fields, field) => {
  await expect(types.createMembershipType(newType(fields), caller)).rejects.toMatchObject({
    kind: 'invalid',
    fields: { [field]: [expect.any(String)] },
  });
});

test('an update of a type sets what the body carries, clears what it nulls and keeps the rest', async () => {
  const made = await types.createMembershipType(
    newType({ description: 'Old', terms: 'Old', defaultDuration: 'P3M' }),
    caller,
  );
  const type = typeChanges({ private: true, terms: null, defaultDuration: null, description: 'ignored' });
  const changed = await types.updateMembershipType(
    { id: made.id, type, updateMask: ['private', 'terms', 'default_duration'] },
    caller,
  );
  expect(changed).toMatchObject({
    name: 'Gold tier',
    description: 'Old',
    terms: null,
    defaultDuration: 'P1Y',
    visibility: 'VISIBILITY_PRIVATE',
  });
});

test('an archived type leaves the list, stays readable and comes back', async () => {
  const made = await types.createMembershipType(newType(), caller);
  const isListed = async (archived: boolean): Promise<boolean> =>
    (await types.listMembershipTypes({ archived, perPage: 100 }, caller)).data.some(({ id }) => id === made.id);
  await types.deleteMembershipType({ id: made.id }, caller);
  expect([await isListed(false), await isListed(true)]).toEqual([false, true]);
  expect((await types.getMembershipType({ id: made.id }, caller)).deletedAt).not.toBeNull();
  expect((await types.restoreMembershipType({ id: made.id }, caller)).deletedAt ?? null).toBeNull();
  expect([await isListed(false), await isListed(true)]).toEqual([true, false]);
});

test('the public and customers see public types and rates only, and link-only ones by their id', async () => {
  const open = await types.createMembershipType(newType({ name: 'Open' }), caller);
  const hidden = await types.createMembershipType(newType({ name: 'Hidden', private: true }), caller);
  const linked = await types.createMembershipType(
    newType({ name: 'Linked', visibility: 'VISIBILITY_LINK_ONLY' }),
    caller,
  );
  const secret = await rates.createMembershipRate(newRate(open.id, { private: true }), caller);
  const { brandId } = services.site;
  for (const outsider of [anybody(), signedIn(await services.addCustomer())]) {
    const listed = (await types.listMembershipTypes({ brandId, perPage: 100 }, outsider)).data;
    expect(listed.filter(({ id }) => [open.id, hidden.id, linked.id].includes(id)).map(({ name }) => name)).toEqual([
      'Open',
    ]);
    expect(listed.find(({ id }) => id === open.id)?.rates).toHaveLength(1);
    const unfiltered = { brandId, perPage: 100, public: false, terms: false, autoPayments: false };
    expect((await types.listMembershipTypes(unfiltered, outsider)).data).toEqual(listed);
    await expect(types.getMembershipType({ id: linked.id }, outsider)).resolves.toMatchObject({ name: 'Linked' });
    await expect(types.getMembershipType({ id: hidden.id }, outsider)).rejects.toMatchObject({ kind: 'not_found' });
    await expect(rates.getMembershipRate({ id: secret.id }, outsider)).rejects.toMatchObject({ kind: 'not_found' });
    await expect(rates.getMembershipRate({ id: hidden.rates[0]?.id ?? '' }, outsider)).rejects.toMatchObject({
      kind: 'not_found',
    });
    expect((await rates.listMembershipRates({ membershipTypeId: open.id }, outsider)).data).toEqual(open.rates);
  }
  const member = signedIn(await services.addCustomer());
  expect((await types.listMembershipTypes({ perPage: 100 }, member)).data.map(({ id }) => id)).toContain(open.id);
  expect((await rates.listMembershipRates({ perPage: 100 }, member)).data).toContainEqual(open.rates[0]);
  await expect(types.listMembershipTypes({}, anybody())).rejects.toMatchObject({
    kind: 'invalid',
    fields: { brand_id: [expect.any(String)] },
  });
});

test('a rate is added, changed, archived and brought back', async () => {
  const type = await types.createMembershipType(newType(), caller);
  const made = await rates.createMembershipRate(
    newRate(type.id, { joiningFee: { amount: 100, currency: 'GBP' } }),
    caller,
  );
  expect(made).toMatchObject({
    membershipTypeId: type.id,
    price: 4_000,
    joiningFee: 100,
    billingFrequency: 'P1Y',
    defaultDuration: null,
  });
  const rate = { price: { amount: 4_500, currency: 'GBP' }, joiningFee: null, defaultDuration: 'P6M' };
  const changed = await rates.updateMembershipRate(
    { id: made.id, rate, updateMask: ['price', 'joining_fee', 'default_duration'] },
    caller,
  );
  expect(changed).toMatchObject({ name: 'Yearly', price: 4_500, joiningFee: 0, defaultDuration: 'P6M' });
  const euros = { ...rate, price: { amount: 4_500, currency: 'EUR' } };
  const withFee = { ...rate, joiningFee: { amount: 100, currency: 'GBP' } };
  await rates.updateMembershipRate({ id: made.id, rate: withFee, updateMask: ['joining_fee'] }, caller);
  await expect(
    rates.updateMembershipRate({ id: made.id, rate: euros, updateMask: ['price'] }, caller),
  ).rejects.toMatchObject({
    fields: { joining_fee: ['The joining_fee must be sent too, in EUR, when the price changes its currency.'] },
  });
  await rates.deleteMembershipRate({ id: made.id }, caller);
  expect((await types.getMembershipType({ id: type.id }, caller)).rates).toHaveLength(1);
  expect((await rates.restoreMembershipRate({ id: made.id }, caller)).deletedAt ?? null).toBeNull();
  expect((await rates.listMembershipRates({ membershipTypeId: type.id }, caller)).data.map(({ name }) => name)).toEqual(
    ['Standard', 'Yearly'],
  );
});

test('types and rates are missing for another organisation and forbidden without the permission', async () => {
  const type = await types.createMembershipType(newType(), caller);
  const rateId = type.rates[0]?.id ?? '';
  const missing = { kind: 'not_found' };
  await expect(types.getMembershipType({ id: type.id }, stranger)).rejects.toMatchObject(missing);
  await expect(types.updateMembershipType({ id: type.id, type: null, updateMask: [] }, stranger)).rejects.toMatchObject(
    missing,
  );
  await expect(types.deleteMembershipType({ id: type.id }, stranger)).rejects.toMatchObject(missing);
  await expect(rates.getMembershipRate({ id: rateId }, stranger)).rejects.toMatchObject(missing);
  await expect(rates.deleteMembershipRate({ id: rateId }, stranger)).rejects.toMatchObject(missing);
  await expect(rates.createMembershipRate(newRate(type.id), stranger)).rejects.toMatchObject({ kind: 'invalid' });
  const viewer = onlyHolding('memberships.view');
  await expect(types.createMembershipType(newType(), viewer)).rejects.toMatchObject({ kind: 'forbidden' });
  await expect(rates.deleteMembershipRate({ id: rateId }, viewer)).rejects.toMatchObject({ kind: 'forbidden' });
  await expect(types.createMembershipType(newType(), anybody())).rejects.toMatchObject({ kind: 'unauthenticated' });
});

test('types of a brand the caller does not work for are on no list of theirs and can not be asked for', async () => {
  const type = await types.createMembershipType(newType(), caller);
  const { brandId } = services.site;
  const listed = await types.listMembershipTypes({ brandId, perPage: 100 }, caller);
  expect(listed.data.map(({ id }) => id)).toContain(type.id);
  const otherBrand = staff({ ...services.site, brandId: 'another-brand' }, ['another-site']);
  expect((await types.listMembershipTypes({}, otherBrand)).data).toEqual([]);
  const missing = { kind: 'not_found' };
  await expect(types.listMembershipTypes({ brandId }, otherBrand)).rejects.toMatchObject(missing);
  await expect(types.listMembershipTypeOrder({ brandId }, otherBrand)).rejects.toMatchObject(missing);
  await expect(types.getMembershipType({ id: type.id }, otherBrand)).rejects.toMatchObject(missing);
  await expect(types.createMembershipType(newType({ brandId }), otherBrand)).rejects.toMatchObject({
    kind: 'invalid',
    fields: { brand_id: [expect.any(String)] },
  });
});

test('the display order puts the named types first', async () => {
  const [one, two] = [
    await types.createMembershipType(newType({ name: 'One' }), caller),
    await types.createMembershipType(newType({ name: 'Two' }), caller),
  ];
  const { data } = await types.updateMembershipTypeOrder({ membershipTypeIds: [two.id, one.id] }, caller);
  expect(data.slice(0, 2).map(({ name }) => name)).toEqual(['Two', 'One']);
  expect((await types.listMembershipTypeOrder({}, caller)).data.map(({ id }) => id)).toEqual(data.map(({ id }) => id));
  await expect(types.updateMembershipTypeOrder({ membershipTypeIds: ['nowhere'] }, caller)).rejects.toMatchObject({
    kind: 'invalid',
  });
});
