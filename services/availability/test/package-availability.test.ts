import { randomBytes } from 'node:crypto';
import { Temporal } from 'temporal-polyfill';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HoldItem } from '@lido/proto/lido/availability/internal/v1/booking.ts';
import {
  PackageAvailabilityServiceService,
  type PackageChoiceSlot,
} from '@lido/proto/lido/availability/v1/package_availability.ts';
import type { Package } from '@lido/proto/lido/availability/v1/package_message.ts';
import type { Peer } from '@lido/runtime/grpc/client.ts';
import { blankSession, hire, offer } from '../../../test/support/offerings.ts';
import { holdFor } from './classes.ts';
import { itemAt, orderId } from './offers.ts';
import { choiceOf, daily, offerYoga, optionOf, pack } from './package-rows.ts';
import { startWorld, type World } from './world.ts';

let world: World;
let availability: Peer<typeof PackageAvailabilityServiceService>;
let massage = '';
let facial = '';
const day = Temporal.Now.plainDateISO('Europe/London').add({ days: 7 });
const date = day.toString();
const at = (wallTime: string) =>
  day.toZonedDateTime({ timeZone: 'Europe/London', plainTime: wallTime }).toString({ timeZoneName: 'never' });

beforeAll(async () => {
  world = await startWorld();
  availability = world.peer(PackageAvailabilityServiceService);
  massage = (await offer(world, { practitionerIds: await hire(world, 1), roomIds: [] }, { name: 'Massage' })).id;
  facial = (await offer(world, { practitionerIds: await hire(world, 1), roomIds: [] }, { name: 'Facial' })).id;
});
afterAll(() => world.stop());

const two = (first: object = {}, second: object = {}, extra: Partial<Package> = {}) =>
  pack(
    world,
    [
      choiceOf([optionOf(massage)], { name: 'Massage', ...first }),
      choiceOf([optionOf(facial)], { name: 'Facial', ...second }),
    ],
    extra,
  );
const slotsOf = async ({ id, itemChoices }: Package, index: number, extra: object = {}) =>
  (
    await availability.getPackageChoiceSlotAvailability(
      { packageId: id, choiceId: itemChoices[index]?.id ?? '', date, ...extra },
      world.anybody,
    )
  ).data;
const free = (slots: PackageChoiceSlot[]) =>
  slots.filter((slot) => slot.noAvailabilityReason === null).map(({ startTime }) => startTime.slice(11, 16));
const reasonAt = (slots: PackageChoiceSlot[], wallTime: string) =>
  slots.find(({ startTime }) => startTime.slice(11, 16) === wallTime)?.noAvailabilityReason;
const absolute = (absoluteTimeFrom: string, absoluteTimeTo: string) => ({
  startTimeRules: [
    {
      type: 'PACKAGE_START_TIME_RULE_TYPE_ABSOLUTE',
      relativeTo: 'PACKAGE_START_TIME_ANCHOR_UNSPECIFIED',
      absoluteTimeFrom,
      absoluteTimeTo,
    },
  ],
});
const relative = (relativeMinsFrom: number, relativeMinsTo: number) => ({
  startTimeRules: [
    {
      type: 'PACKAGE_START_TIME_RULE_TYPE_RELATIVE',
      relativeTo: 'PACKAGE_START_TIME_ANCHOR_PACKAGE_START',
      relativeMinsFrom,
      relativeMinsTo,
    },
  ],
});

/** Holds an option of a package's choice as orders does. */
async function choose(
  { itemChoices }: Package,
  index: number,
  { order, line, time, ...extra }: { order: string; line: string; time: string } & Partial<HoldItem>,
): Promise<string> {
  const choice = itemChoices[index];
  const option = choice?.options[0];
  const item = itemAt(option?.offering?.id ?? '', at(time), {
    packageItemOf: line,
    packageChoiceId: choice?.id,
    packageOptionId: option?.id,
    ...extra,
  });
  await world.bookings.hold(
    { orderId: order, siteId: world.siteId, items: [item], holdMinutes: 0, skipRules: false, isOnline: false },
    world.staff,
  );
  return item.itemId;
}

const lineId = () => randomBytes(12).toString('hex');

describe('the slots of a choice', () => {
  test('are all its candidates, with the reason of each that can not be chosen; one is suggested', async () => {
    const made = await two();
    const slots = await slotsOf(made, 0);
    expect([free(slots)[0], free(slots).at(-1)]).toEqual(['09:00', '16:00']);
    expect(reasonAt(slots, '07:00')).toBe('site_closed');
    expect(slots.find(({ noAvailabilityReason }) => noAvailabilityReason === 'site_closed')).toMatchObject({
      quantityAvailable: 0,
      noAvailabilityMessage: expect.stringContaining('closed'),
    });
    expect(slots.filter(({ isSuggested }) => isSuggested)).toMatchObject([
      {
        startTime: at('09:00'),
        endTime: at('10:00'),
        duration: 60,
        offeringType: 'appointment',
        offeringId: massage,
        choiceId: made.itemChoices[0]?.id,
        optionId: made.itemChoices[0]?.options[0]?.id,
        quantityAvailable: 1,
        price: 8_000,
        priceChange: 0,
        currency: 'gbp',
        practitioners: [{ name: 'Therapist 0' }],
      },
    ]);
  });

  test('obey fixed times, and leave the rest of the package bookable', async () => {
    const made = await two({}, absolute('09:00', '10:00'), { maxDailyDuration: 180 });
    expect(free(await slotsOf(made, 1))).toEqual(['09:00', '09:30', '10:00']);
    expect(reasonAt(await slotsOf(made, 1), '10:30')).toBe('outside_start_times');
    const slots = await slotsOf(made, 0);
    expect(free(slots)).toEqual(['09:00', '10:00', '10:30', '11:00', '11:30', '12:00']);
    expect(reasonAt(slots, '09:30')).toBe('rest_not_bookable');
    expect(reasonAt(slots, '12:30')).toBe('rest_not_bookable');
  });

  test('count minutes from the first start of the package', async () => {
    const made = await two({}, relative(60, 90));
    const slots = await slotsOf(made, 1);
    expect(reasonAt(slots, '09:30')).toBe('outside_start_times');
    expect(free(slots)[0]).toBe('10:00');
  });

  test('follow the package: its closed days, its windows, its price and its members', async () => {
    const weekday = day.toLocaleString('en', { weekday: 'long' }).toLowerCase();
    const first = async (extra: Partial<Package>) => reasonAt(await slotsOf(await two({}, {}, extra), 0), '12:00');
    expect(await first({ availabilityRules: [{ id: '', weekdays: [weekday], isAvailable: false }] })).toBe(
      'offering_unavailable',
    );
    expect(await first({ availabilityRules: [{ id: '', weekdays: [], timeFrom: '12:30', timeTo: '17:00' }] })).toBe(
      'offering_unavailable',
    );
    expect(await first({ maxAdvanceBookingsInterval: 'P3D' })).toBe('not_yet_bookable');
    expect(await first({ minAdvanceBookingsInterval: 'P2W' })).toBe('no_longer_bookable');
    expect(await first({ membersOnly: true })).toBe('members_only');
    expect(await first({ priceRules: [daily(1, { dateTo: '2000-01-01' })] })).toBe('no_price');
    expect(await first({})).toBeNull();
  });

  test('are of one option when asked, and of products there are none', async () => {
    const made = await pack(world, [
      choiceOf([optionOf(massage), optionOf(facial)]),
      choiceOf([optionOf('wine')], { offeringType: 'PACKAGE_ITEM_TYPE_PRODUCT' }),
    ]);
    const option = made.itemChoices[0]?.options[1]?.id ?? '';
    const offerings = (slots: PackageChoiceSlot[]) => new Set(slots.map(({ offeringId }) => offeringId));
    expect(offerings(await slotsOf(made, 0))).toEqual(new Set([massage, facial]));
    expect(offerings(await slotsOf(made, 0, { optionId: option }))).toEqual(new Set([facial]));
    expect(await slotsOf(made, 0, { optionId: 'nothing' })).toEqual([]);
    expect(await slotsOf(made, 1)).toEqual([]);
  });

  test('price by the budget: only the excess, and the change of the option', async () => {
    const made = await pack(world, [choiceOf([optionOf(massage, { priceChange: 300 })], { optionBudget: 5_000 })]);
    expect((await slotsOf(made, 0)).find(({ isSuggested }) => isSuggested)).toMatchObject({
      price: 8_000,
      priceChange: 3_300,
    });
  });

  test('of sessions have the places left, and full ones their reason', async () => {
    const type = await offerYoga(world);
    const session = await world.sessions.createSession(
      { ...blankSession, sessionTypeId: type.id, startTime: at('11:00'), capacity: 1 },
      world.staff,
    );
    const made = await pack(world, [choiceOf([optionOf(type.id)], { offeringType: 'PACKAGE_ITEM_TYPE_SESSION' })]);
    expect(await slotsOf(made, 0)).toMatchObject([
      {
        sessionId: session.id,
        startTime: at('11:00'),
        quantityAvailable: 1,
        totalQuantity: 1,
        price: 900,
        noAvailabilityReason: null,
      },
    ]);
    const [order, line] = [orderId(), lineId()];
    const held = await choose(made, 0, { order, line, time: '11:00', offeringType: 'session', sessionId: session.id });
    expect(await slotsOf(made, 0)).toMatchObject([{ quantityAvailable: 0, noAvailabilityReason: 'session_full' }]);
    expect(await slotsOf(made, 0, { packageItemId: held })).toMatchObject([
      { quantityAvailable: 1, noAvailabilityReason: null },
    ]);
    expect(await slotsOf(made, 0, { basketItemId: line })).toMatchObject([{ quantityAvailable: 1 }]);
  });

  test('are public where the package is sold online, and missing otherwise', async () => {
    const made = await two({}, {}, { offeredOnline: false });
    await expect(slotsOf(made, 0)).rejects.toMatchObject({ kind: 'not_found' });
    await expect(slotsOf({ ...made, id: 'nothing' }, 0)).rejects.toMatchObject({ kind: 'not_found' });
    const open = await two();
    await expect(slotsOf({ ...open, itemChoices: made.itemChoices }, 0)).rejects.toMatchObject({ kind: 'not_found' });
  });
});

test('an option that is archived since is not offered, although it is booked ahead', async () => {
  const inside = await offer(world, { practitionerIds: await hire(world, 1), roomIds: [] });
  const made = await pack(world, [choiceOf([optionOf(inside.id)])]);
  await holdFor(world, itemAt(inside.id, at('11:00')));
  expect(free(await slotsOf(made, 0))).toContain('12:00');
  await world.types.deleteAppointmentType({ id: inside.id }, world.staff);
  expect(free(await slotsOf(made, 0))).toEqual([]);
});

describe('what a package holds', () => {
  test('counts in the search for its other choices, and its own does not', async () => {
    const made = await two({}, {}, { maxDailyDuration: 180 });
    const [order, line, guest] = [orderId(), lineId(), lineId()];
    const held = await choose(made, 0, { order, line, time: '11:00', guestIds: [guest] });
    const facials = await slotsOf(made, 1, { basketItemId: line });
    expect(free(facials)).toEqual(['09:00', '09:30', '10:00', '12:00', '12:30', '13:00']);
    expect(reasonAt(facials, '13:30')).toBe('day_too_long');
    expect(reasonAt(facials, '11:30')).toBe('guest_unavailable');
    expect(facials.find(({ isSuggested }) => isSuggested)?.startTime).toBe(at('10:00'));
    expect(reasonAt(await slotsOf(made, 0), '11:00')).toBe('no_practitioners_available');
    expect(reasonAt(await slotsOf(made, 0, { packageItemId: held }), '11:00')).toBeNull();
    expect(reasonAt(await slotsOf(made, 0, { basketItemId: line }), '11:00')).toBeNull();
    await world.bookings.release({ orderId: order, itemIds: [held] }, world.staff);
    expect(free(await slotsOf(made, 1, { basketItemId: line }))).toContain('15:00');
  });

  test('is held although it is not offered by itself; a package itself holds no time', async () => {
    const practitionerIds = await hire(world, 1);
    const inside = await offer(world, { practitionerIds, roomIds: [] }, { offeredOnline: false });
    const made = await pack(world, [choiceOf([optionOf(inside.id)])]);
    const ask = (item: HoldItem) =>
      world.bookings.hold(
        { orderId: orderId(), siteId: world.siteId, items: [item], holdMinutes: 0, skipRules: false, isOnline: true },
        world.staff,
      );
    await expect(ask(itemAt(inside.id, at('09:00')))).rejects.toMatchObject({ kind: 'invalid' });
    expect((await ask(itemAt(inside.id, at('09:00'), { packageItemOf: lineId() }))).items).toHaveLength(1);
    await expect(ask(itemAt(made.id, at('09:00'), { offeringType: 'package' }))).rejects.toMatchObject({
      fields: { offering_id: ['A package takes time by what is chosen in it.'] },
    });
  });
});

describe('a whole package', () => {
  test('can be booked on a date when all that has to be chosen can', async () => {
    const ask = async (made: Package, asked = date) =>
      availability.getPackageAvailability({ siteId: world.siteId, packageId: made.id, date: asked }, world.anybody);
    expect(await ask(await two({}, { optional: true }))).toMatchObject({
      hasAvailability: true,
      price: 10_000,
      date,
      choices: [
        { name: 'Massage', optional: false, hasAvailability: true },
        { name: 'Facial', optional: true, hasAvailability: true },
      ],
    });
    expect(await ask(await two(), `${date}T12:00:00Z`)).toMatchObject({ hasAvailability: true, date });
    const impossible = await two({}, absolute('20:00', '21:00'));
    const answer = await ask(impossible);
    expect(answer).toMatchObject({
      hasAvailability: false,
      choices: [{ hasAvailability: false }, { hasAvailability: false }],
    });
    expect(await ask(impossible, '2000-01-01')).toMatchObject({
      hasAvailability: false,
      choices: [{ slots: [] }, { slots: [] }],
    });
  });

  test('is in the shop with its choices, its prices and its dates', async () => {
    const made = await two(
      { options: [optionOf(massage, { priceChange: 500 }), optionOf(facial)] },
      { visible: false },
      {
        availabilityRules: [{ id: '', dateFrom: date, dateTo: date, weekdays: [] }],
        name: 'In the shop',
      },
    );
    const inShop = async (asked: string) =>
      (
        await world.shop.listShopOfferings({ siteId: world.siteId, categoryId: [], date: asked }, world.anybody)
      ).data.find(({ id }) => id === made.id);
    expect(await inShop(date)).toMatchObject({
      type: 'package',
      name: 'In the shop',
      priceFrom: 10_000,
      priceTo: 10_500,
      hasAvailability: true,
      itemChoices: [{ name: 'Massage' }],
    });
    expect(await inShop(day.add({ days: 1 }).toString())).toBeUndefined();
    const one = await world.shop.getShopOffering(
      { siteId: world.siteId, offeringType: 'package', offeringId: made.id },
      world.staff,
    );
    expect(one.itemChoices.map(({ name }) => name)).toEqual(['Massage', 'Facial']);
    expect(one).toMatchObject({ nextAvailableDate: date, hasAvailability: true });
    const { data } = await world.shop.getOfferingDatesAvailability(
      {
        offeringType: 'package',
        offeringId: made.id,
        dateFrom: date,
        dateTo: day.add({ days: 1 }).toString(),
        practitionerId: [],
      },
      world.anybody,
    );
    expect(data).toMatchObject([
      { date, hasAvailability: true, bookableFrom: at('09:00'), bookableTo: at('16:00') },
      { hasAvailability: false, bookableFrom: null },
    ]);
    await world.packages.deletePackage({ id: made.id }, world.staff);
    expect(await inShop(date)).toBeUndefined();
  });
});
