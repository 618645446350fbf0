import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { AppointmentServiceService } from '@lido/proto/lido/availability/v1/appointment.ts';
import type { Package } from '@lido/proto/lido/availability/v1/package_message.ts';
import type { Order } from '@lido/proto/lido/orders/v1/order.ts';
import type { PackageItemInput, PackageOrderItem } from '@lido/proto/lido/orders/v1/order_item.ts';
import { blankSession } from '../../../test/support/offerings.ts';
import { choiceOf, daily, optionOf } from '../../availability/test/package-rows.ts';
import { anyOrders, anyPayment, bookingStates, item, lapse, massage, noCustomer, openBasket } from './builders.ts';
import { hourOf } from './offerings.ts';
import { basketWith, choose, pack, packageOn, spaDay } from './package-lines.ts';
import { staffWith, startWorld, type World } from './world.ts';

let world: World;
let made: Package;
let manager: typeof world.staff;
beforeAll(async () => {
  world = await startWorld();
  made = await spaDay(world, { name: 'Spa day', productCode: 'SPA' });
  manager = staffWith(world, ['reservations.view', 'reservations.manage']);
});
afterAll(() => world.stop());

const waitFor = (work: () => Promise<void>): Promise<void> => vi.waitFor(work, { timeout: 15_000, interval: 30 });
const get = (orderId: string): Promise<Order> => world.orders.getOrder({ orderId }, world.staff);
const packageOf = ({ packageItems }: Order): PackageOrderItem => {
  const [line] = packageItems;
  if (!line) throw new Error('The order has no package.');
  return line;
};
const submit = (orderId: string) => world.orders.actionSubmitOrder({ orderId }, world.staff);

/** A basket with a package in which these are chosen, somebody who books it, and a payment that covers it. */
async function ready(of: Package, chosen: [[number, number], Partial<PackageItemInput>][], time: string) {
  const { basketId, itemId } = await basketWith(world, of, time);
  for (const [place, fields] of chosen) {
    const request = { basketId, itemId, item: choose(of, place, fields), updateMask: null };
    await world.basketPackages.updateBasketPackageItem(request, world.staff);
  }
  const customer = { ...noCustomer, firstName: 'Ada', lastName: 'Byron' };
  await world.baskets.actionSetBasketCustomer({ basketId, customer }, world.staff);
  await world.baskets.createBasketPayment({ basketId, payment: anyPayment }, world.staff);
  return { orderId: basketId, itemId };
}

/** A package of both massages. */
const bothMassages = (): Promise<Package> => {
  const { massageId, otherMassageId } = world.offerings;
  return pack(world, [choiceOf([optionOf(massageId)]), choiceOf([optionOf(otherMassageId)], { name: 'Second' })], {
    priceRules: [daily(10_001)],
  });
};
const both = (day: number): [[number, number], Partial<PackageItemInput>][] => [
  [[0, 0], { time: hourOf(day, 10) }],
  [[1, 0], { time: hourOf(day, 12) }],
];

describe('a package that is submitted', () => {
  test('confirms all that is chosen, and is shown with it; the parts add up to its price', async () => {
    const of = await bothMassages();
    const { orderId, itemId } = await ready(of, both(1), hourOf(1, 9));
    const basket = await world.baskets.actionSubmitBasket({ basketId: orderId, customer: noCustomer }, world.staff);
    expect(basket).toMatchObject({ status: 'ORDER_STATUS_SUBMITTED', items: [{ reservedUntil: null }] });
    expect(await bookingStates(world, orderId)).toEqual(['confirmed', 'confirmed']);
    const order = await get(orderId);
    expect(order).toMatchObject({
      ...{ bookingItems: [], itemsStatus: 'ORDER_ITEM_STATUS_CONFIRMED', totalCost: 10_001 },
      ...{ bookingItemsStartDate: hourOf(1, 9).slice(0, 10), bookingItemsSpanMultipleDays: false },
      totals: { subtotal: 10_001, total: 10_001 },
    });
    const line = packageOf(order);
    expect(line).toMatchObject({
      ...{ id: itemId, itemType: 'package', typeId: of.id, typeName: 'Spa day', price: 10_001, totalCost: 10_001 },
      ...{ status: 'ORDER_ITEM_STATUS_CONFIRMED', basePrice: null, soldBy: null, discounts: [], isModifiable: true },
      ...{ date: hourOf(1, 9).slice(0, 10), optionBudgets: [], addedByCustomer: false, discountAmount: 0 },
    });
    expect(line.packageItems.map(({ status, time }) => [status, time])).toEqual([
      ['ORDER_ITEM_STATUS_CONFIRMED', hourOf(1, 10)],
      ['ORDER_ITEM_STATUS_CONFIRMED', hourOf(1, 12)],
    ]);
    expect(line.packageItems.map(({ totalCost }) => totalCost)).toEqual([5_001, 5_000]);
    await waitFor(async () => {
      expect((await get(orderId)).paymentTotals).toMatchObject({ paid: 10_001, unpaid: 0 });
    });
    const settled = await world.orders.actionSettleOrder({ orderId }, world.staff);
    expect(settled).toMatchObject({ status: 'ORDER_STATUS_SETTLED', totalCost: 10_001 });
  });

  test('shows its bookings in the calendar’s lists as parts of a package, by their parts of its price', async () => {
    const { orderId } = await ready(await bothMassages(), both(2), hourOf(2, 9));
    await submit(orderId);
    const [, second] = packageOf(await get(orderId)).packageItems;
    const appointments = world.availabilityPeer(AppointmentServiceService);
    await waitFor(async () => {
      const shown = await appointments.getAppointment({ appointmentId: second?.id ?? '' }, world.staff);
      expect(shown).toMatchObject({
        ...{ isPartOfPackage: true, totalCost: 5_000, orderStatus: 'ORDER_STATUS_SUBMITTED', lastName: 'Byron' },
      });
    });
  });

  test('follows what staff move in the calendar, by the package’s rules and at the price that was agreed', async () => {
    const { massageId, otherMassageId } = world.offerings;
    const of = await pack(world, [choiceOf([optionOf(massageId)]), choiceOf([optionOf(otherMassageId)])], {
      ...{
        maxDailyDuration: 240,
        priceRules: [daily(10_000), daily(12_000, { dateFrom: hourOf(14, 9).slice(0, 10) })],
      },
    });
    const { orderId } = await ready(of, both(13), hourOf(13, 9));
    await submit(orderId);
    const { packageItems } = packageOf(await get(orderId));
    const appointments = world.availabilityPeer(AppointmentServiceService);
    const move = (index: number, time: string) => {
      const appointment = { practitionerIds: [], stage: 'ORDER_STAGE_UNSPECIFIED' as const, move: null, time };
      const appointmentId = packageItems[index]?.id ?? '';
      return appointments.updateAppointment({ appointmentId, appointment, updateMask: ['time'] }, manager);
    };
    await expect(move(1, hourOf(13, 14))).rejects.toMatchObject({ kind: 'invalid' });
    await move(0, hourOf(14, 9));
    await move(1, hourOf(14, 11));
    await waitFor(async () => {
      const line = packageOf(await get(orderId));
      expect(line.packageItems.map(({ time }) => time)).toEqual([hourOf(14, 9), hourOf(14, 11)]);
      expect(line).toMatchObject({ date: hourOf(14, 9).slice(0, 10), totalCost: 10_000 });
    });
  });

  test('is refused as long as somebody has to choose, unless staff skip the rules', async () => {
    const { orderId } = await ready(made, [], hourOf(3, 9));
    const refused = { fields: { items: ['Please choose in the package Spa day: Massage.'] } };
    await expect(
      world.baskets.actionSubmitBasket({ basketId: orderId, customer: noCustomer }, world.staff),
    ).rejects.toMatchObject(refused);
    await expect(submit(orderId)).rejects.toMatchObject(refused);
    const checked = await world.baskets.actionCheckBasket({ basketId: orderId }, world.staff);
    expect(checked.items[0]?.validity).toMatchObject({ valid: false, errors: [{ code: 'package_incomplete' }] });
    const order = await world.orders.actionSubmitOrder({ orderId, skipAvailabilityChecks: true }, world.staff);
    expect(order).toMatchObject({ status: 'ORDER_STATUS_SUBMITTED', packageItems: [{ packageItems: [] }] });
  });

  test('of which one part is taken after it lapsed is refused whole, when reserved and when submitted', async () => {
    const { orderId, itemId } = await ready(await bothMassages(), both(4), hourOf(4, 9));
    await lapse(world, orderId);
    const { id: quick } = await openBasket(world);
    await world.baskets.createBasketItem({ basketId: quick, item: massage(world, hourOf(4, 12)) }, world.staff);
    const checked = await world.baskets.actionCheckBasket({ basketId: orderId }, world.staff);
    expect(checked.items[0]?.validity?.errors).toMatchObject([
      { code: 'hold_lapsed', itemId },
      { code: 'hold_lapsed', itemId },
    ]);
    const taken = { reason: 'already_taken' };
    await expect(world.baskets.actionReserveBasket({ basketId: orderId }, world.staff)).rejects.toMatchObject(taken);
    await expect(submit(orderId)).rejects.toMatchObject(taken);
    expect(await get(orderId)).toMatchObject({ status: 'ORDER_STATUS_IN_PROGRESS', totalCost: 10_001 });
    await world.baskets.deleteBasketItem({ basketId: quick, itemId: (await itemsOf(quick))[0] ?? '' }, world.staff);
    const reserved = await world.baskets.actionReserveBasket({ basketId: orderId }, world.staff);
    expect(Date.parse(reserved.itemsReservedUntil ?? '')).toBeGreaterThan(Date.now());
    expect(await submit(orderId)).toMatchObject({ status: 'ORDER_STATUS_SUBMITTED' });
    expect(await bookingStates(world, orderId)).toEqual(['confirmed', 'confirmed']);
  });

  test('is found by its offering and by what is chosen in it', async () => {
    const { orderId } = await ready(made, [[[0, 0], { time: hourOf(5, 10) }]], hourOf(5, 9));
    await submit(orderId);
    for (const offeringId of [made.id, world.offerings.massageId]) {
      const found = await world.orders.listOrders(
        anyOrders({ itemOfferingId: [offeringId], itemDate: hourOf(5, 9).slice(0, 10) }),
        world.staff,
      );
      expect(found.data.map(({ id }) => id)).toEqual([orderId]);
    }
  });

  test('is cancelled with its order, and all its time is free again', async () => {
    const { orderId } = await ready(await bothMassages(), both(6), hourOf(6, 9));
    await submit(orderId);
    const order = await world.orders.actionCancelOrder({ orderId }, world.staff);
    expect(order).toMatchObject({ totalCost: 0, packageItems: [{ status: 'ORDER_ITEM_STATUS_CANCELLED' }] });
    expect(packageOf(order).packageItems.map(({ status, totalCost }) => [status, totalCost])).toEqual([
      ['ORDER_ITEM_STATUS_CANCELLED', 0],
      ['ORDER_ITEM_STATUS_CANCELLED', 0],
    ]);
    await waitFor(async () => expect(await bookingStates(world, orderId)).toEqual(['released', 'released']));
  });

  test('loses a session that is cancelled, and stands with the rest', async () => {
    const { sessionTypeId } = world.offerings;
    const session = await world.sessions.createSession(
      { ...blankSession, sessionTypeId, startTime: hourOf(7, 18), duration: 60, capacity: 2 },
      world.staff,
    );
    const { orderId } = await ready(
      made,
      [
        [[0, 0], { time: hourOf(7, 10) }],
        [[1, 0], { time: hourOf(7, 18) }],
      ],
      hourOf(7, 9),
    );
    await submit(orderId);
    await world.sessions.deleteSession({ id: session.id }, world.staff);
    await waitFor(async () => {
      const order = await get(orderId);
      expect(order.totalCost).toBe(10_000);
      expect(packageOf(order).packageItems.map(({ status, totalCost }) => [status, totalCost])).toEqual([
        ['ORDER_ITEM_STATUS_CONFIRMED', 10_000],
        ['ORDER_ITEM_STATUS_CANCELLED', 0],
      ]);
    });
  });
});

describe('a package that staff change in an order', () => {
  const chooseIn = (orderId: string, itemId: string, place: [number, number], fields: Partial<PackageItemInput>) =>
    world.items.createOrderPackageItem({ orderId, itemId, item: choose(made, place, fields) }, manager);
  const change = (
    ids: { orderId: string; itemId: string; packageItemId: string },
    fields: Partial<PackageItemInput>,
    options = {},
  ) => {
    const input = { practitionerIds: [], guestIds: [], itemConfiguration: null, ...fields };
    return world.items.updateOrderPackageItem(
      { ...ids, item: input, updateMask: Object.keys(fields), ...options },
      manager,
    );
  };

  /** A submitted order with a massage. */
  async function submitted(time: string): Promise<string> {
    const { id: orderId } = await openBasket(world);
    await world.baskets.createBasketItem({ basketId: orderId, item: massage(world, time) }, world.staff);
    const customer = { ...noCustomer, firstName: 'Ada', lastName: 'Byron' };
    await world.baskets.actionSetBasketCustomer({ basketId: orderId, customer }, world.staff);
    await submit(orderId);
    return orderId;
  }

  test('is added, chosen in, moved, cleared and cancelled, each booked or given back at once', async () => {
    const orderId = await submitted(hourOf(10, 9));
    const added = await world.items.createOrderItem({ orderId, item: packageOn(made, hourOf(10, 9)) }, manager);
    const { id: itemId, status } = packageOf(added);
    expect([status, added.totalCost]).toEqual(['ORDER_ITEM_STATUS_CONFIRMED', 18_000]);
    const chosen = await chooseIn(orderId, itemId, [0, 1], { time: hourOf(10, 11) });
    const [first] = packageOf(chosen).packageItems;
    expect(chosen.totalCost).toBe(19_500);
    expect(first).toMatchObject({ status: 'ORDER_ITEM_STATUS_CONFIRMED', reservedUntil: null, time: hourOf(10, 11) });
    expect(await bookingStates(world, orderId)).toEqual(['confirmed', 'confirmed']);
    await expect(chooseIn(orderId, itemId, [0, 0], { time: hourOf(10, 13) })).rejects.toMatchObject({
      fields: { option_id: ['Each guest can have one option of Massage. Please change or clear what is chosen.'] },
    });
    const ids = { orderId, itemId, packageItemId: first?.id ?? '' };
    const moved = packageOf(await change(ids, { time: hourOf(10, 14) }));
    expect(moved.packageItems).toMatchObject([{ id: first?.id, time: hourOf(10, 14), priceChange: 1_500 }]);
    const { itemChoices } = made;
    const cheaper = await change(ids, { optionId: itemChoices[0]?.options[0]?.id, time: hourOf(10, 14) });
    expect(cheaper.totalCost).toBe(18_000);
    await expect(
      world.items.updateOrderItem(
        { orderId, itemId: ids.packageItemId, item: item({ time: hourOf(10, 15) }), updateMask: ['time'] },
        manager,
      ),
    ).rejects.toMatchObject({ kind: 'not_found' });
    await world.items.deleteOrderPackageItem(ids, manager);
    expect(packageOf(await get(orderId)).packageItems).toMatchObject([{ status: 'ORDER_ITEM_STATUS_CANCELLED' }]);
    await waitFor(async () =>
      expect((await bookingStates(world, orderId)).toSorted()).toEqual(['confirmed', 'released']),
    );
    await expect(change(ids, { time: hourOf(10, 15) })).rejects.toMatchObject({ reason: 'illegal_state' });
    await chooseIn(orderId, itemId, [0, 0], { time: hourOf(10, 15) });
    const without = await world.items.deleteOrderItem({ orderId, itemId }, manager);
    expect(without).toMatchObject({ totalCost: 8_000, packageItems: [{ status: 'ORDER_ITEM_STATUS_CANCELLED' }] });
    await waitFor(async () =>
      expect((await bookingStates(world, orderId)).toSorted()).toEqual(['confirmed', 'released', 'released']),
    );
    const refused = { reason: 'illegal_state' };
    await expect(chooseIn(orderId, itemId, [0, 0], { time: hourOf(10, 12) })).rejects.toMatchObject(refused);
  });

  test('keeps the rules unless they are skipped, and stays where a locked order is', async () => {
    const { orderId, itemId } = await ready(made, [[[0, 0], { time: hourOf(11, 10) }]], hourOf(11, 9));
    await submit(orderId);
    const packageItemId = packageOf(await get(orderId)).packageItems[0]?.id ?? '';
    const ids = { orderId, itemId, packageItemId };
    const offGrid = hourOf(11, 12).replace(':00:00', ':07:00');
    await expect(change(ids, { time: offGrid })).rejects.toMatchObject({ kind: 'invalid' });
    const moved = await change(ids, { time: offGrid }, { skipAvailabilityChecks: true });
    expect(packageOf(moved).packageItems).toMatchObject([{ time: offGrid, status: 'ORDER_ITEM_STATUS_CONFIRMED' }]);
    await world.orders.actionLockOrder({ orderId }, world.staff);
    await expect(change(ids, { time: hourOf(11, 14) })).rejects.toMatchObject({ reason: 'order_locked' });
  });

  test('needs an order that has been submitted, and the line of a package', async () => {
    const { basketId, itemId } = await basketWith(world, made, hourOf(12, 9));
    await expect(chooseIn(basketId, itemId, [0, 0], { time: hourOf(12, 10) })).rejects.toMatchObject({
      reason: 'illegal_state',
    });
    const orderId = await submitted(hourOf(12, 9));
    const alone = (await get(orderId)).bookingItems[0]?.id ?? '';
    await expect(chooseIn(orderId, alone, [0, 0], { time: hourOf(12, 10) })).rejects.toMatchObject({
      kind: 'not_found',
    });
  });
});

async function itemsOf(basketId: string): Promise<string[]> {
  return (await world.baskets.getBasket({ basketId }, world.staff)).items.map(({ id }) => id);
}
