import { addDays } from '@lido/runtime/time/zone.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blankSessionType, build, offer } from '../../../test/support/offerings.ts';
import { CategoryServiceService } from '@lido/proto/lido/availability/v1/category.ts';
import { startWorld, type World } from './world.ts';

let world: World;
let roomIds: string[];

beforeAll(async () => {
  world = await startWorld();
  roomIds = await build(world, 2);
});
afterAll(() => world.stop());

const sunday = { id: '', weekdays: ['sunday'], isAvailable: false };

test('the rules of a body are the type’s, a list in a later body replaces them, and an absent one leaves them', async () => {
  const price = (amount: number, extra: object = {}) => ({
    ...{ id: '', appointmentTypeId: '', weekdays: [], price: amount },
    ...extra,
  });
  const type = await offer(
    world,
    { practitionerIds: [], roomIds },
    { priceRules: [price(5_000, { duration: 60 })], availabilityRules: [sunday] },
  );
  const change = (values: object, updateMask: string[]) =>
    world.types.updateAppointmentType(
      { id: type.id, appointmentType: { ...type, ...values }, updateMask },
      world.staff,
    );
  const read = await change({ name: 'Renamed' }, ['name']);
  const [kept = price(0), other] = read.priceRules;
  expect([kept.price, other?.price]).toEqual([5_000, 8_000]);
  expect(read.availabilityRules).toMatchObject([{ weekdays: ['sunday'], isAvailable: false }]);
  expect(
    await change({ priceRules: [{ ...kept, price: 7_000 }], availabilityRules: [] }, [
      'price_rules',
      'availability_rules',
    ]),
  ).toMatchObject({
    priceRules: [{ id: kept.id, price: 7_000, duration: 60 }],
    availabilityRules: [],
  });
  const late = { weekdays: ['someday'], timeFrom: '12:00', timeTo: '11:00' };
  await expect(change({ priceRules: [price(1), price(2, late)] }, ['price_rules'])).rejects.toMatchObject({
    fields: { 'price_rules.1.weekdays': [expect.any(String)], 'price_rules.1.time_to': [expect.any(String)] },
  });
  const copied = await world.types.copyAppointmentType(
    { id: type.id, appointmentType: { ...type, priceRules: [price(9_000)] }, updateMask: ['price_rules'] },
    world.staff,
  );
  expect(copied.priceRules).toMatchObject([{ price: 9_000, appointmentTypeId: copied.id }]);
});

describe('a copy of an appointment type', () => {
  test('has its values and rules, but for what the body carries, and is live', async () => {
    const type = await offer(world, { practitionerIds: [], roomIds }, { name: 'Stone massage', endBuffer: 15 });
    await world.types.createAppointmentTypeAvailabilityRule({ parentId: type.id, rule: sunday }, world.staff);
    await world.types.deleteAppointmentType({ id: type.id }, world.staff);
    const copied = await world.types.copyAppointmentType(
      {
        id: type.id,
        appointmentType: { ...type, name: 'Shell massage', endBuffer: null, description: 'Warm' },
        updateMask: ['name', 'end_buffer'],
      },
      world.staff,
    );
    expect(copied).toMatchObject({
      name: 'Shell massage',
      endBuffer: 0,
      description: null,
      roomIds,
      deletedAt: null,
      priceRules: [{ price: 8_000, appointmentTypeId: copied.id }],
      availabilityRules: [{ weekdays: ['sunday'], isAvailable: false }],
    });
    expect((await world.types.getAppointmentType({ id: type.id }, world.staff)).name).toBe('Stone massage');
  });

  test('is refused with values that its original could not have either', async () => {
    const type = await offer(world, { practitionerIds: [], roomIds });
    const copy = (values: object, updateMask: string[], caller = world.staff) =>
      world.types.copyAppointmentType({ id: type.id, appointmentType: { ...type, ...values }, updateMask }, caller);
    await expect(copy({ roomIds: ['x'], endBuffer: 7 }, ['room_ids', 'end_buffer'])).rejects.toMatchObject({
      fields: { room_ids: ['There is no x here.'], end_buffer: [expect.any(String)] },
    });
    await expect(copy({ siteIds: ['x'] }, ['site_ids'])).rejects.toMatchObject({
      fields: { site_ids: [expect.any(String)] },
    });
    await expect(copy({}, [], world.stranger)).rejects.toMatchObject({ kind: 'not_found' });
  });
});

describe('the check of the price rules', () => {
  test('names each date of the coming year with a start that nothing prices, whatever is booked', async () => {
    const type = await offer(world, { practitionerIds: [], roomIds }, { durations: [60, 90], startTimeInterval: 60 });
    const check = () => world.types.checkAppointmentTypeRules({ id: type.id }, world.staff);
    expect(await check()).toEqual({ valid: true, missing: [] });
    const [rule] = type.priceRules.length > 0 ? type.priceRules : (await rulesOf(type.id)).data;
    const change = { parentId: type.id, id: rule?.id ?? '' };
    const unpriced = { id: '', appointmentTypeId: '', weekdays: [], price: 8_000, duration: 60, timeTo: '12:00' };
    await world.types.updateAppointmentTypePriceRule(
      { ...change, rule: unpriced, updateMask: ['duration', 'time_to'] },
      world.staff,
    );
    const { valid, missing } = await check();
    expect([valid, missing.length]).toEqual([false, 366]);
    expect(missing[1]?.date).toBe(addDays(missing[0]?.date ?? '', 1));
    expect(missing[0]?.durations).toEqual([60, 90]);
    expect(missing[0]?.times).toEqual(
      ['08', '09', '10', '11', '12', '13', '14', '15', '16', '17', '18', '19'].map((hour) => `${hour}:00`),
    );
    await expect(world.types.checkAppointmentTypeRules({ id: type.id }, world.stranger)).rejects.toMatchObject({
      kind: 'not_found',
    });
  });

  const rulesOf = (parentId: string) => world.types.listAppointmentTypePriceRules({ parentId }, world.staff);
});

test('both kinds of types are found by category, name, site and archive', async () => {
  const parentId = world.staff.principal.organisationId;
  const category = { id: '', organisationId: '', name: 'Baths', voucherApplicable: false };
  const { id: baths } = await world
    .peer(CategoryServiceService)
    .createOrganisationCategory({ parentId, category }, world.staff);
  const type = await offer(world, { practitionerIds: [], roomIds }, { name: 'Milk bath', categoryIds: [baths] });
  const sessionType = await world.sessionTypes.createSessionType(
    { ...blankSessionType, siteId: world.siteId, name: 'Ice bath', categoryIds: [baths] },
    world.staff,
  );
  const find = async (filter: { categoryId?: string[]; query?: string; archived?: boolean }) => {
    const request = { siteId: [world.siteId], categoryId: [], ...filter };
    const types = await world.types.listAppointmentTypes(request, world.staff);
    const sessionTypes = await world.sessionTypes.listSessionTypes({ ...request, sessionTypeId: [] }, world.staff);
    return [...types.data, ...sessionTypes.data].map(({ id }) => id);
  };
  expect(await find({ categoryId: [baths] })).toEqual([type.id, sessionType.id]);
  expect(await find({ query: 'BATH' })).toEqual([type.id, sessionType.id]);
  expect(await find({ categoryId: ['none'] })).toEqual([]);
  await world.types.deleteAppointmentType({ id: type.id }, world.staff);
  await world.sessionTypes.deleteSessionType({ id: sessionType.id }, world.staff);
  expect(await find({ categoryId: [baths] })).toEqual([]);
  expect(await find({ categoryId: [baths], archived: true })).toEqual([type.id, sessionType.id]);
});
