import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { AreaAvailabilityServiceService } from '@lido/proto/lido/availability/v1/area_availability.ts';
import { ItineraryServiceService } from '@lido/proto/lido/availability/v1/itinerary.ts';
import { PackageAvailabilityServiceService } from '@lido/proto/lido/availability/v1/package_availability.ts';
import { dig, offerAreas } from '../../../test/support/areas.ts';
import { signedIn } from '../../../test/support/callers.ts';
import { inLondon } from '../../../test/support/london.ts';
import { hire, offer } from '../../../test/support/offerings.ts';
import { dayAhead, holdFor, offerClass, openSql, placesIn, schedule } from './classes.ts';
import { itemAt, orderId } from './offers.ts';
import { type MembersWorld, startMembersWorld } from './members.ts';
import { choiceOf, optionOf, pack } from './package-rows.ts';

let world: MembersWorld;
let member = '';
let stranger = '';
const date = dayAhead(10);
const membersOnly = { membersOnly: true };

beforeAll(async () => {
  world = await startMembersWorld();
  [member, stranger] = [await world.join('member'), await world.join('stranger')];
});
afterAll(() => world.stop());

/** A package line of an appointment by nobody in particular, in a basket of a member and in one of somebody else. */
const baskets = { ofMember: '', ofStranger: '', lineOfMember: '', lineOfStranger: '' };

beforeEach(async () => {
  const massage = await offer(world, { practitionerIds: await hire(world, 2), roomIds: [] });
  const open = async (customerId: string): Promise<[string, string]> => {
    const line = orderId();
    const item = itemAt(massage.id, inLondon(date, '16:00'), { packageItemOf: line });
    return [(await holdFor(world, item, orderId(), { customerId })).order, line];
  };
  [baskets.ofMember, baskets.lineOfMember] = await open(member);
  [baskets.ofStranger, baskets.lineOfStranger] = await open(stranger);
});

/** Whether a search finds anything for staff in the name of each basket, and without one. */
const foundFor = async (search: (basket: { basketId?: string }) => Promise<boolean>) => ({
  member: await search({ basketId: baskets.ofMember }),
  stranger: await search({ basketId: baskets.ofStranger }),
  nobody: await search({}),
});
const onlyMembers = { member: true, stranger: false, nobody: false };

test('appointments for members are found by staff for the customer of a basket, as they are held', async () => {
  const type = await offer(world, { practitionerIds: await hire(world, 1), roomIds: [] }, membersOnly);
  const range = { dateFrom: date, dateTo: date, practitionerId: [], excludeAppointments: [], excludeBookings: [] };
  const request = { ...range, siteId: world.siteId, appointmentTypeId: type.id, excludeBasketItems: [] };
  const find = async (basket: object, caller = world.staff) =>
    (await world.shop.getAppointmentAvailability({ ...request, ...basket }, caller)).data.length > 0;
  expect(await foundFor(find)).toEqual(onlyMembers);
  const item = () => itemAt(type.id, inLondon(date, '10:00'));
  await expect(holdFor(world, item(), baskets.ofStranger, { customerId: stranger })).rejects.toMatchObject({
    kind: 'invalid',
  });
  await expect(holdFor(world, item(), baskets.ofMember, { customerId: member })).resolves.toBeDefined();
  const { organisationId } = world.staff.principal;
  const asStranger = signedIn({ id: stranger, organisationId, brandId: world.brandId });
  for (const caller of [world.anybody, world.stranger, asStranger])
    expect(await find({ basketId: baskets.ofMember }, caller)).toBe(false);
});

test('sessions and areas for members are found likewise', async () => {
  const session = await schedule(world, (await offerClass(world, membersOnly)).id, { capacity: 5 });
  const { siteId } = world;
  const findSession = async (basket: object) =>
    (
      await world.shop.getSessionAvailability({ siteId, sessionTypeId: session.sessionTypeId, ...basket }, world.staff)
    ).data.some(({ isValid }) => isValid);
  expect(await foundFor(findSession)).toEqual(onlyMembers);
  await expect(holdFor(world, placesIn(session), baskets.ofMember, { customerId: member })).resolves.toBeDefined();
  const tubs = await offerAreas(world, await dig(world, 4), membersOnly);
  const range = { dateTimeFrom: date, dateTimeTo: date, excludeBookings: [], excludeBasketItems: [] };
  const findTub = async (basket: object) =>
    (
      await world
        .peer(AreaAvailabilityServiceService)
        .getAreaBookingAvailability({ ...range, siteId, bookingTypeId: tubs.id, ...basket }, world.staff)
    ).data.some(({ noAvailabilityReason }) => (noAvailabilityReason ?? null) === null);
  expect(await foundFor(findTub)).toEqual(onlyMembers);
});

test('packages for members, or of what is for members, are found for the basket of their line', async () => {
  const forMembers = await offer(world, { practitionerIds: await hire(world, 1), roomIds: [] }, membersOnly);
  const forAll = await offer(world, { practitionerIds: await hire(world, 1), roomIds: [] });
  const session = await schedule(world, (await offerClass(world, membersOnly)).id, { capacity: 5 });
  const ofSession = choiceOf([optionOf(session.sessionTypeId)], { offeringType: 'PACKAGE_ITEM_TYPE_SESSION' });
  const rpc = world.peer(PackageAvailabilityServiceService);
  for (const made of [
    await pack(world, [choiceOf([optionOf(forMembers.id)])]),
    await pack(world, [choiceOf([optionOf(forAll.id)])], membersOnly),
    await pack(world, [ofSession]),
  ]) {
    const choiceId = made.itemChoices[0]?.id ?? '';
    const findSlots = async (basket: object) =>
      (
        await rpc.getPackageChoiceSlotAvailability({ packageId: made.id, choiceId, date, ...basket }, world.staff)
      ).data.some(({ noAvailabilityReason }) => (noAvailabilityReason ?? null) === null);
    expect(await foundFor(findSlots)).toEqual(onlyMembers);
    const findWhole = async (basketItemId?: string) =>
      (
        await rpc.getPackageAvailability(
          { siteId: world.siteId, packageId: made.id, date, ...(basketItemId && { basketItemId }) },
          world.staff,
        )
      ).hasAvailability;
    expect(await findWhole(baskets.lineOfMember)).toBe(true);
    expect(await findWhole(baskets.lineOfStranger)).toBe(false);
    expect(await findWhole()).toBe(false);
  }
});

test('itineraries with something for members are found for the basket', async () => {
  const massage = await offer(world, { practitionerIds: await hire(world, 1), roomIds: [] }, membersOnly);
  const session = await schedule(world, (await offerClass(world, membersOnly)).id, { capacity: 5 });
  const blank = { guests: [], itemConfiguration: null, guestIds: [], practitionerIds: [] };
  const items = [
    { ...blank, offeringType: 'appointment', offeringId: massage.id },
    { ...blank, offeringType: 'session', offeringId: session.sessionTypeId },
  ];
  for (const item of items) {
    const find = async (basket: object) =>
      (
        await world
          .peer(ItineraryServiceService)
          .findItineraries(
            { siteId: world.siteId, date, items: [item], order: 'VISIT_ORDER_ANY', ...basket },
            world.staff,
          )
      ).data.length > 0;
    expect(await foundFor(find)).toEqual(onlyMembers);
  }
});

test('a basket that holds nothing yet is that of the customer whom its card names', async () => {
  const session = await schedule(world, (await offerClass(world, membersOnly)).id, { capacity: 5 });
  const basketId = orderId();
  const sql = await openSql(world);
  await sql.run(
    `insert into order_cards (order_id, organisation_id, site_id, version, customer_id, status, card)
     values ($1, $2, $3, 1, $4, 'ORDER_STATUS_IN_PROGRESS', '{}')`,
    [basketId, world.staff.principal.organisationId, world.siteId, member],
  );
  await sql.end();
  const { data } = await world.shop.getSessionAvailability(
    { siteId: world.siteId, sessionTypeId: session.sessionTypeId, basketId },
    world.staff,
  );
  expect(data).toMatchObject([{ isValid: true }]);
});
