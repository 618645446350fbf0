import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type GetPackageChoiceSlotAvailabilityRequest,
  PackageAvailabilityServiceService,
} from '@lido/proto/lido/availability/v1/package_availability.ts';
import type { Package } from '@lido/proto/lido/availability/v1/package_message.ts';
import type { Basket } from '@lido/proto/lido/orders/v1/basket.ts';
import type { PackageItemInput } from '@lido/proto/lido/orders/v1/order_item.ts';
import { choiceOf, daily, optionOf } from '../../availability/test/package-rows.ts';
import { blankSession } from '../../../test/support/offerings.ts';
import { bookingStates, item, massage, openBasket } from './builders.ts';
import { hourOf } from './offerings.ts';
import { basketWith, choose, lineOf, pack, packageOn, spaDay } from './package-lines.ts';
import { callerAs, startWorld, strangerTo, type World } from './world.ts';

let world: World;
let made: Package;
beforeAll(async () => {
  world = await startWorld();
  made = await spaDay(world);
});
afterAll(() => world.stop());

type Opened = Awaited<ReturnType<typeof basketWith>>;
const chooseIn = (
  { basketId, itemId }: Opened,
  place: [number, number],
  fields: Partial<PackageItemInput>,
  of = made,
): Promise<Basket> =>
  world.basketPackages.updateBasketPackageItem(
    { basketId, itemId, item: choose(of, place, fields), updateMask: null },
    world.staff,
  );
const refusedBy = (field: string) => ({ kind: 'invalid', fields: { [field]: [expect.any(String)] } });
const heldItems = async (basketId: string) =>
  world.availabilitySql<{ item_id: string; expires: string; line: string }>(
    `select item_id, expires_at::text as expires, package_item_of as line from bookings
     where order_id = $1 and status = 'held' order by created_at`,
    [basketId],
  );

describe('a package in a basket', () => {
  test('costs its price for its guests on the day it is asked for, and holds nothing yet', async () => {
    const { basket } = await basketWith(world, made, hourOf(1, 9));
    expect(basket).toMatchObject({ totalCost: 10_000, netTotal: 10_000, submitPaymentAmount: 10_000 });
    expect(lineOf(basket)).toMatchObject({
      ...{ offeringType: 'package', offeringId: made.id, offeringName: 'Spa day', price: 10_000, quantity: 1 },
      ...{ date: hourOf(1, 9).slice(0, 10), time: null, duration: null, bookingSummary: null, reservedUntil: null },
      ...{ packageItems: [], optionBudgets: [], status: 'ORDER_ITEM_STATUS_RESERVED' },
    });
    expect(await bookingStates(world, basket.id)).toEqual([]);
  });

  test('is refused by the field: its day, its guests, its id', async () => {
    const { id: basketId } = await openBasket(world);
    const add = (fields: object) =>
      world.baskets.createBasketItem({ basketId, item: packageOn(made, hourOf(1, 9), fields) }, world.staff);
    await expect(add({ date: undefined })).rejects.toMatchObject(refusedBy('date'));
    await expect(add({ date: '2020-01-01' })).rejects.toMatchObject(refusedBy('date'));
    await expect(add({ quantity: 2 })).rejects.toMatchObject(refusedBy('guest_ids'));
    await expect(add({ guestIds: ['nobody'] })).rejects.toMatchObject(refusedBy('guests'));
    await expect(add({ offeringId: 'nothing' })).rejects.toMatchObject(refusedBy('offering_id'));
    await expect(add({ roomId: 'room' })).rejects.toMatchObject(refusedBy('room_id'));
    const unpriced = await pack(world, [], { priceRules: [daily(1, { dateTo: '2020-01-01' })] });
    await expect(add({ offeringId: unpriced.id })).rejects.toMatchObject(refusedBy('date'));
    const hidden = await spaDay(world, { offeredOnline: false });
    const guest = callerAs(world, 'KIND_PARTNER', 'partner-1');
    await expect(basketWith(world, hidden, hourOf(1, 9), { caller: guest })).rejects.toMatchObject(
      refusedBy('offering_id'),
    );
    expect((await world.baskets.getBasket({ basketId }, world.staff)).items).toEqual([]);
  });
});

describe('what is chosen in a package', () => {
  test('is held for the package, with its time and its practitioner, and priced with it', async () => {
    const opened = await basketWith(world, made, hourOf(2, 9));
    const basket = await chooseIn(opened, [0, 1], { time: hourOf(2, 10) });
    const line = lineOf(basket);
    expect(line).toMatchObject({ id: opened.itemId, time: hourOf(2, 10), price: 11_500, totalCost: 11_500 });
    expect(line.packageItems).toMatchObject([
      {
        ...{ choiceId: made.itemChoices[0]?.id, optionId: made.itemChoices[0]?.options[1]?.id },
        ...{ offeringType: 'appointment', offeringName: 'Deep massage', time: hourOf(2, 10), duration: 60 },
        ...{ priceChange: 1_500, status: 'ORDER_ITEM_STATUS_RESERVED', sharedBasketItemId: null, totalCost: 11_500 },
        practitioners: [{ id: world.offerings.practitionerId }],
        bookingSummary: { status: 'reserved', startTime: hourOf(2, 10) },
      },
    ]);
    expect(line.reservedUntil).toBe(line.packageItems[0]?.reservedUntil);
    expect(basket.totalCost).toBe(11_500);
    expect(await heldItems(basket.id)).toMatchObject([{ item_id: line.packageItems[0]?.id, line: opened.itemId }]);
    const other = await openBasket(world);
    await expect(
      world.baskets.createBasketItem({ basketId: other.id, item: massage(world, hourOf(2, 10)) }, world.staff),
    ).rejects.toMatchObject({ reason: 'already_taken' });
  });

  test('is held together: what is chosen later lapses with what was chosen before', async () => {
    const opened = await basketWith(world, made, hourOf(0, 9));
    const first = await chooseIn(opened, [0, 0], { time: hourOf(0, 10) });
    const { sessionId } = world.offerings;
    const basket = await chooseIn(opened, [1, 0], {
      time: hourOf(0, 18),
      itemConfiguration: { session_id: sessionId },
    });
    const { packageItems } = lineOf(basket);
    expect(packageItems.map(({ offeringType }) => offeringType)).toEqual(['appointment', 'session']);
    expect(packageItems[0]?.id).toBe(lineOf(first).packageItems[0]?.id);
    const held = await heldItems(basket.id);
    expect(held).toHaveLength(2);
    expect(new Set(held.map(({ expires }) => expires)).size).toBe(1);
    expect(packageItems.reduce((sum, { totalCost }) => sum + totalCost, 0)).toBe(basket.totalCost);
    await world.baskets.deleteBasketItem({ basketId: basket.id, itemId: opened.itemId }, world.staff);
    expect(await bookingStates(world, basket.id)).toEqual(['released', 'released']);
    expect(await world.baskets.getBasket({ basketId: basket.id }, world.staff)).toMatchObject({
      ...{ items: [], totalCost: 0 },
    });
  });

  test('is chosen anew under its id, and another option takes its place where only one is allowed', async () => {
    const opened = await basketWith(world, made, hourOf(3, 9));
    const [first] = lineOf(await chooseIn(opened, [0, 0], { time: hourOf(3, 10) })).packageItems;
    const moved = lineOf(await chooseIn(opened, [0, 0], { time: hourOf(3, 12) }));
    expect(moved.packageItems).toMatchObject([{ id: first?.id, time: hourOf(3, 12), priceChange: 0 }]);
    const other = lineOf(await chooseIn(opened, [0, 1], { time: hourOf(3, 12) }));
    expect(other).toMatchObject({ price: 11_500, packageItems: [{ id: first?.id, offeringName: 'Deep massage' }] });
    expect(await heldItems(opened.basketId)).toHaveLength(1);
    await expect(chooseIn(opened, [0, 0], {})).rejects.toMatchObject(refusedBy('time'));
  });

  test('is cleared with its price and its time', async () => {
    const opened = await basketWith(world, made, hourOf(4, 9));
    const [chosen] = lineOf(await chooseIn(opened, [0, 1], { time: hourOf(4, 10) })).packageItems;
    const request = { basketId: opened.basketId, itemId: opened.itemId, packageItemId: chosen?.id ?? '' };
    const basket = await world.basketPackages.deleteBasketPackageItem(request, world.staff);
    expect(lineOf(basket)).toMatchObject({ price: 10_000, packageItems: [], time: null });
    expect(await bookingStates(world, basket.id)).toEqual(['released']);
    await expect(world.basketPackages.deleteBasketPackageItem(request, world.staff)).rejects.toMatchObject({
      kind: 'not_found',
    });
  });

  test('is refused by the field, and nothing has changed', async () => {
    const opened = await basketWith(world, made, hourOf(5, 9));
    const time = hourOf(5, 10);
    const { basketId, itemId } = opened;
    const ask = (fields: Partial<PackageItemInput>) => chooseIn(opened, [0, 0], { time, ...fields });
    await expect(ask({ choiceId: undefined })).rejects.toMatchObject(refusedBy('choice_id'));
    await expect(ask({ choiceId: 'nothing' })).rejects.toMatchObject(refusedBy('choice_id'));
    await expect(ask({ optionId: undefined })).rejects.toMatchObject(refusedBy('option_id'));
    await expect(ask({ optionId: 'nothing' })).rejects.toMatchObject(refusedBy('option_id'));
    await expect(ask({ time: undefined })).rejects.toMatchObject(refusedBy('time'));
    await expect(ask({ guestIds: ['nobody'] })).rejects.toMatchObject(refusedBy('guest_ids'));
    await expect(ask({ duration: 25 })).rejects.toMatchObject(refusedBy('duration'));
    await expect(
      world.basketPackages.updateBasketPackageItem({ basketId, itemId, item: null, updateMask: null }, world.staff),
    ).rejects.toMatchObject(refusedBy('choice_id'));
    const elsewhere = { basketId, itemId: 'nothing', item: choose(made, [0, 0], { time }), updateMask: null };
    await expect(world.basketPackages.updateBasketPackageItem(elsewhere, world.staff)).rejects.toMatchObject({
      kind: 'not_found',
    });
    await expect(
      world.basketPackages.updateBasketPackageItem({ ...elsewhere, itemId }, strangerTo(world)),
    ).rejects.toMatchObject({
      kind: 'not_found',
    });
    expect(await bookingStates(world, basketId)).toEqual([]);
    expect(lineOf(await world.baskets.getBasket({ basketId }, world.staff)).packageItems).toEqual([]);
  });

  test('keeps the package’s own rules, which availability offers by', async () => {
    const { massageId, otherMassageId } = world.offerings;
    const afternoons = {
      type: 'PACKAGE_START_TIME_RULE_TYPE_ABSOLUTE',
      relativeTo: 'PACKAGE_START_TIME_ANCHOR_UNSPECIFIED',
      absoluteTimeFrom: '13:00',
      absoluteTimeTo: '18:00',
    } as const;
    const strict = await pack(
      world,
      [
        choiceOf([optionOf(massageId)], { startTimeRules: [afternoons] }),
        choiceOf([optionOf(otherMassageId)], { name: 'Second' }),
      ],
      { maxDailyDuration: 180 },
    );
    const opened = await basketWith(world, strict, hourOf(6, 9));
    const slotAt = async (time: string, choice = 0) => {
      const asked: GetPackageChoiceSlotAvailabilityRequest = {
        ...{ packageId: strict.id, choiceId: strict.itemChoices[choice]?.id ?? '', date: time.slice(0, 10) },
        ...{ basketId: opened.basketId, basketItemId: opened.itemId },
      };
      const shop = world.availabilityPeer(PackageAvailabilityServiceService);
      const { data } = await shop.getPackageChoiceSlotAvailability(asked, world.staff);
      return data.find(({ startTime }) => startTime === time)?.noAvailabilityReason;
    };
    expect(await slotAt(hourOf(6, 10))).toBe('outside_start_times');
    await expect(chooseIn(opened, [0, 0], { time: hourOf(6, 10) }, strict)).rejects.toMatchObject({
      fields: { time: ['This part of the package does not start at this time.'] },
    });
    await chooseIn(opened, [0, 0], { time: hourOf(6, 15) }, strict);
    expect(await slotAt(hourOf(6, 9), 1)).toBe('day_too_long');
    await expect(chooseIn(opened, [1, 0], { time: hourOf(6, 9) }, strict)).rejects.toMatchObject(refusedBy('time'));
    expect(await slotAt(hourOf(6, 14), 1)).toBeNull();
    await chooseIn(opened, [1, 0], { time: hourOf(6, 14) }, strict);
    await expect(chooseIn(opened, [0, 0], { time: hourOf(6, 10) }, strict)).rejects.toMatchObject(refusedBy('time'));
    const basket = await world.baskets.getBasket({ basketId: opened.basketId }, world.staff);
    expect(lineOf(basket).packageItems.map(({ time }) => time)).toEqual([hourOf(6, 15), hourOf(6, 14)]);
  });

  test('is chosen by whom the basket belongs to, and by no other guest', async () => {
    const caller = callerAs(world, 'KIND_PARTNER', 'partner-1');
    const other = callerAs(world, 'KIND_PARTNER', 'partner-2');
    const { basketId, itemId } = await basketWith(world, made, hourOf(14, 9), { caller });
    const ask = { basketId, itemId, item: choose(made, [0, 0], { time: hourOf(14, 10) }), updateMask: null };
    await expect(world.basketPackages.updateBasketPackageItem(ask, other)).rejects.toMatchObject({
      kind: 'not_found',
    });
    const [chosen] = lineOf(await world.basketPackages.updateBasketPackageItem(ask, caller)).packageItems;
    const request = { basketId, itemId, packageItemId: chosen?.id ?? '' };
    await expect(world.basketPackages.deleteBasketPackageItem(request, other)).rejects.toMatchObject({
      kind: 'not_found',
    });
    expect(await bookingStates(world, basketId)).toEqual(['held']);
  });

  test('raises the price by what its own price exceeds the budget by', async () => {
    const { massageId } = world.offerings;
    const budgeted = await pack(world, [
      choiceOf([optionOf(massageId, { priceChange: 200 })], { optionBudget: 7_500 }),
    ]);
    const opened = await basketWith(world, budgeted, hourOf(7, 9));
    const choiceId = budgeted.itemChoices[0]?.id;
    expect(lineOf(opened.basket).optionBudgets).toEqual([{ choiceId, budget: 7_500, spent: 0, remaining: 7_500 }]);
    const line = lineOf(await chooseIn(opened, [0, 0], { time: hourOf(7, 9) }, budgeted));
    expect(line).toMatchObject({ price: 10_700, optionBudgets: [{ budget: 7_500, spent: 8_000, remaining: 0 }] });
  });
});

describe('the guests of a package', () => {
  let couple: Package;
  let opened: Opened;
  let guests: string[];
  beforeAll(async () => {
    couple = await spaDay(world, { minGuests: 2, maxGuests: 2 });
    const names = ['Ada Byron', 'Grace Hopper'].map((name) => ({ id: '', name }));
    opened = await basketWith(world, couple, hourOf(8, 9), { fields: { guests: names } });
    guests = lineOf(opened.basket).guests.map(({ id }) => id);
  });

  test('each pay its price, and choose for as many as an option takes at once', async () => {
    expect(guests).toHaveLength(2);
    expect(lineOf(opened.basket)).toMatchObject({ quantity: 2, price: 20_000 });
    const first = lineOf(await chooseIn(opened, [0, 1], { time: hourOf(8, 10) }, couple));
    expect(first.packageItems.map((one) => one.guests.map(({ id }) => id))).toEqual([[guests[0]]]);
    expect(first.price).toBe(21_500);
    const { validity } = await world.baskets.actionCheckBasket({ basketId: opened.basketId }, world.staff);
    expect(validity?.errors.map(({ code }) => code)).toContain('package_incomplete');
    const both = lineOf(await chooseIn(opened, [0, 0], { time: hourOf(8, 12) }, couple));
    expect(both.packageItems.map((one) => one.guests.map(({ id }) => id))).toEqual([[guests[0]], [guests[1]]]);
    await expect(chooseIn(opened, [0, 0], { time: hourOf(8, 14), guestIds: guests }, couple)).rejects.toMatchObject({
      kind: 'invalid',
    });
    const anew = lineOf(await chooseIn(opened, [0, 1], { time: hourOf(8, 14), guestIds: guests.slice(1) }, couple));
    expect(anew.price).toBe(23_000);
    expect(anew.packageItems.map(({ id }) => id)).toEqual(both.packageItems.map(({ id }) => id));
    await expect(chooseIn(opened, [0, 1], { time: hourOf(8, 15) }, couple)).rejects.toMatchObject(
      refusedBy('guest_ids'),
    );
  });

  test('may be at their own treatments at once, but nobody at two', async () => {
    const { sessionTypeId } = world.offerings;
    const classes = { offeringType: 'PACKAGE_ITEM_TYPE_SESSION' } as const;
    const choices = ['First', 'Second'].map((name) => choiceOf([optionOf(sessionTypeId)], { name, ...classes }));
    const of = await pack(world, choices, { maxGuests: 2 });
    const session = { ...blankSession, sessionTypeId, startTime: hourOf(9, 18), duration: 60, capacity: 2 };
    const [first, second] = [
      await world.sessions.createSession(session, world.staff),
      await world.sessions.createSession(session, world.staff),
    ];
    const other = await basketWith(world, of, hourOf(9, 9), {
      fields: { guests: ['Ada', 'Grace'].map((name) => ({ id: '', name })) },
    });
    const [ada = '', grace = ''] = lineOf(other.basket).guests.map(({ id }) => id);
    const attend = (choice: number, sessionId: string, guest: string) => {
      const fields = { time: hourOf(9, 18), guestIds: [guest], itemConfiguration: { session_id: sessionId } };
      return chooseIn(other, [choice, 0], fields, of);
    };
    await attend(0, first.id, ada);
    await expect(attend(1, second.id, ada)).rejects.toMatchObject({ metadata: { blocked_by: ['guest_unavailable'] } });
    const line = lineOf(await attend(1, second.id, grace));
    expect(line.packageItems.map(({ time }) => time)).toEqual([hourOf(9, 18), hourOf(9, 18)]);
  });

  test('who leave the basket leave the package, which is refused where it is not for fewer', async () => {
    const { basketId } = opened;
    const [first = ''] = guests;
    await expect(
      world.baskets.actionUpdateBasketGuests({ basketId, guests: [{ id: first }] }, world.staff),
    ).rejects.toMatchObject(refusedBy('guest_ids'));
    const flexible = await spaDay(world, { maxGuests: 2 });
    const other = await basketWith(world, flexible, hourOf(10, 9), {
      fields: { guests: ['Ada', 'Grace'].map((name) => ({ id: '', name })) },
    });
    const [ada = '', grace = ''] = lineOf(other.basket).guests.map(({ id }) => id);
    await chooseIn(other, [0, 0], { time: hourOf(10, 10), guestIds: [ada] }, flexible);
    await chooseIn(other, [0, 1], { time: hourOf(10, 12), guestIds: [grace] }, flexible);
    const left = await world.baskets.actionUpdateBasketGuests(
      { basketId: other.basketId, guests: [{ id: grace }] },
      world.staff,
    );
    expect(lineOf(left)).toMatchObject({ quantity: 1, price: 11_500, packageItems: [{ time: hourOf(10, 12) }] });
    expect((await bookingStates(world, other.basketId)).toSorted()).toEqual(['held', 'released']);
  });

  test('can be changed with the line, but not the day of what is chosen', async () => {
    const flexible = await spaDay(world, { maxGuests: 2 });
    const other = await basketWith(world, flexible, hourOf(11, 9));
    const change = (fields: object) =>
      world.baskets.updateBasketItem(
        { basketId: other.basketId, itemId: other.itemId, item: item(fields), updateMask: Object.keys(fields) },
        world.staff,
      );
    expect(lineOf(await change({ date: hourOf(12, 9).slice(0, 10) })).date).toBe(hourOf(12, 9).slice(0, 10));
    expect(lineOf(await change({ quantity: 2 })).price).toBe(20_000);
    await chooseIn(other, [0, 0], { time: hourOf(11, 10) }, flexible);
    await chooseIn(other, [0, 0], { time: hourOf(11, 12) }, flexible);
    await expect(change({ date: hourOf(13, 9).slice(0, 10) })).rejects.toMatchObject(refusedBy('date'));
    await expect(change({ quantity: 1 })).rejects.toMatchObject(refusedBy('quantity'));
    await expect(change({ quantity: 3 })).rejects.toMatchObject(refusedBy('guest_ids'));
    await expect(change({ offeringType: 'appointment' })).rejects.toMatchObject(refusedBy('offering_type'));
    const basket = await world.baskets.getBasket({ basketId: other.basketId }, world.staff);
    expect(lineOf(basket)).toMatchObject({ date: hourOf(11, 9).slice(0, 10), quantity: 2, price: 20_000 });
  });
});
