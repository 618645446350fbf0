import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { BookingServiceService, type HoldItem } from '@lido/proto/lido/availability/internal/v1/booking.ts';
import type { Order } from '@lido/proto/lido/orders/v1/order.ts';
import type { OrderItemInput } from '@lido/proto/lido/orders/v1/order_item.ts';
import { itemAt } from '../../availability/test/offers.ts';
import { bookingStates, countEvents, item as itemOf, massage, openBasket, readyBasket } from './builders.ts';
import { hourOf } from './offerings.ts';
import { callerAs, staffWith, startWorld, strangerTo, type World } from './world.ts';

let world: World;
let manager: typeof world.staff;
beforeAll(async () => {
  world = await startWorld();
  manager = staffWith(world, ['reservations.view', 'reservations.manage']);
});
afterAll(() => world.stop());

interface Options {
  skipAvailabilityChecks?: boolean;
  overrideConflicts?: boolean;
}
const add = (orderId: string, item: OrderItemInput, options: Options = {}, caller = manager): Promise<Order> =>
  world.items.createOrderItem({ orderId, item, ...options }, caller);
const change = (orderId: string, itemId: string, fields: Partial<OrderItemInput>, options: Options = {}) =>
  world.items.updateOrderItem(
    {
      ...{ orderId, itemId, item: itemOf(fields), ...options },
      updateMask: Object.keys(fields).map((key) => key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)),
    },
    manager,
  );
const get = (orderId: string) => world.orders.getOrder({ orderId }, world.staff);
const waitFor = (work: () => Promise<void>): Promise<void> => vi.waitFor(work, { timeout: 20_000, interval: 30 });

/** An order with a massage, submitted. */
async function submitted(time: string): Promise<{ orderId: string; itemId: string }> {
  const { id: orderId, items } = await readyBasket(world, time);
  await world.orders.actionSubmitOrder({ orderId }, world.staff);
  return { orderId, itemId: items[0]?.id ?? '' };
}

describe('an item that staff add to an order', () => {
  test('is booked at once, by its price, and told once', async () => {
    const { orderId } = await submitted(hourOf(1, 9));
    const told = await countEvents(world, orderId, 'lido.orders.order.saved');
    const order = await add(orderId, massage(world, hourOf(1, 11)));
    expect(order.bookingItems.map(({ startTime }) => startTime)).toEqual([hourOf(1, 9), hourOf(1, 11)]);
    expect(order.bookingItems[1]).toMatchObject({
      ...{ status: 'ORDER_ITEM_STATUS_CONFIRMED', bookingReservedUntil: null, addedByCustomer: false, price: 8_000 },
      bookingSummary: { status: 'confirmed', startTime: hourOf(1, 11) },
    });
    expect(order.totalCost).toBe(16_000);
    expect(await bookingStates(world, orderId)).toEqual(['confirmed', 'confirmed']);
    // What was booked is told to orders as well, which knows it already.
    await waitFor(async () => {
      const [{ count } = { count: '0' }] = await world.sql<{ count: string }>(
        `select count(*) from inbox where consumer = 'orders-from-availability'`,
      );
      expect(Number(count)).toBeGreaterThan(0);
    });
    expect(await countEvents(world, orderId, 'lido.orders.order.saved')).toBe(told + 1);
  });

  test('needs an order that has been submitted, and holds nothing for others', async () => {
    const { id: orderId } = await openBasket(world);
    const refused = { kind: 'state_conflict', reason: 'illegal_state' };
    await expect(add(orderId, massage(world, hourOf(1, 13)))).rejects.toMatchObject(refused);
    await world.orders.actionCancelOrder({ orderId }, world.staff);
    await expect(add(orderId, massage(world, hourOf(1, 13)))).rejects.toMatchObject(refused);
    expect(await bookingStates(world, orderId)).toEqual([]);
  });

  test('keeps the rules unless staff skip them, and never takes what others hold', async () => {
    const { orderId } = await submitted(hourOf(2, 9));
    const offGrid = massage(world, hourOf(2, 11).replace(':00:00', ':07:00'));
    await expect(add(orderId, offGrid)).rejects.toMatchObject({ kind: 'invalid' });
    await expect(add(orderId, offGrid, { skipAvailabilityChecks: true })).resolves.toMatchObject({ totalCost: 16_000 });
    await submitted(hourOf(2, 15));
    const taken = massage(world, hourOf(2, 15));
    await expect(add(orderId, taken, { skipAvailabilityChecks: true })).rejects.toMatchObject({
      reason: 'already_taken',
    });
    expect((await get(orderId)).bookingItems).toHaveLength(2);
  });

  test('takes what others hold where that is said by who may, and it is recorded', async () => {
    const loser = await submitted(hourOf(3, 9));
    const { orderId } = await submitted(hourOf(3, 11));
    const [claim] = await world.availabilitySql<{ room: string }>(
      `select resource_id as room from claims where booking_id = $1 and kind = 'room'`,
      [loser.itemId],
    );
    const named = { practitionerIds: [world.offerings.practitionerId], roomId: claim?.room ?? '' };
    const [taken, options] = [massage(world, hourOf(3, 9), named), { overrideConflicts: true }];
    await expect(add(orderId, taken, options)).rejects.toMatchObject({ kind: 'forbidden' });
    const order = await add(orderId, taken, options, world.staff);
    expect(
      await world.availabilitySql('select taken_by, actor from claim_overrides where lost_by = $1', [loser.itemId]),
    ).toContainEqual({ taken_by: order.bookingItems[1]?.id, actor: `staff:${world.staff.principal.id}` });
    await waitFor(async () =>
      expect((await get(loser.orderId)).bookingItems[0]?.bookingSummary).toMatchObject({
        practitionerIds: [],
        room: null,
      }),
    );
  });

  test('may be added by the older path too, by staff of the site alone', async () => {
    const { orderId } = await submitted(hourOf(4, 9));
    const request = { orderId, item: massage(world, hourOf(4, 11)) };
    await expect(world.items.createOrderItemLegacy(request, strangerTo(world))).rejects.toMatchObject({
      kind: 'not_found',
    });
    const viewer = staffWith(world, ['reservations.view']);
    await expect(world.items.createOrderItemLegacy(request, viewer)).rejects.toMatchObject({ kind: 'forbidden' });
    await expect(
      world.items.createOrderItemLegacy(request, callerAs(world, 'KIND_CUSTOMER', 'c')),
    ).rejects.toMatchObject({ kind: 'forbidden' });
    const { bookingItems } = await world.items.createOrderItemLegacy(request, manager);
    expect(bookingItems).toHaveLength(2);
  });
});

describe('an item that staff change', () => {
  test('stays booked at its new time, and gives up the old one', async () => {
    const { orderId, itemId } = await submitted(hourOf(5, 9));
    const [item] = (await change(orderId, itemId, { time: hourOf(5, 13) })).bookingItems;
    expect(item).toMatchObject({ startTime: hourOf(5, 13), status: 'ORDER_ITEM_STATUS_CONFIRMED' });
    await submitted(hourOf(5, 9));
    await expect(change(orderId, itemId, { time: hourOf(5, 9) })).rejects.toMatchObject({ reason: 'already_taken' });
    expect((await get(orderId)).bookingItems[0]).toMatchObject({ startTime: hourOf(5, 13) });
    const other = await change(orderId, itemId, { offeringId: world.offerings.otherMassageId });
    expect(other.bookingItems[0]).toMatchObject({ typeName: 'Deep massage', startTime: hourOf(5, 13) });
  });

  test('is found, not cancelled, and of an order that is neither locked nor closed', async () => {
    const { orderId, itemId } = await submitted(hourOf(6, 9));
    const fields = { time: hourOf(6, 11) };
    await expect(change(orderId, 'missing', fields)).rejects.toMatchObject({ kind: 'not_found' });
    await world.orders.actionLockOrder({ orderId }, world.staff);
    await expect(change(orderId, itemId, fields)).rejects.toMatchObject({ reason: 'order_locked' });
    await world.orders.actionUnlockOrder({ orderId }, world.staff);
    await world.items.deleteOrderItem({ orderId, itemId }, manager);
    await expect(change(orderId, itemId, fields)).rejects.toMatchObject({ reason: 'illegal_state' });
    await world.orders.actionCancelOrder({ orderId }, world.staff);
    await expect(change(orderId, itemId, fields)).rejects.toMatchObject({ reason: 'illegal_state' });
  });

  test('of a basket keeps its hold, and may be changed by the older path', async () => {
    const { id: orderId, items } = await readyBasket(world, hourOf(7, 9));
    const request = { orderId, itemId: items[0]?.id ?? '', item: massage(world, hourOf(7, 11)), updateMask: ['time'] };
    const { bookingItems } = await world.items.updateOrderItemLegacy(request, manager);
    expect(bookingItems[0]).toMatchObject({ startTime: hourOf(7, 11), status: 'ORDER_ITEM_STATUS_RESERVED' });
    expect(bookingItems[0]?.bookingReservedUntil).not.toBeNull();
  });
});

describe('an item that staff take out', () => {
  test('stays as cancelled, is worth nothing, and gives its time back; again changes nothing', async () => {
    const { orderId, itemId } = await submitted(hourOf(8, 9));
    const order = await world.items.deleteOrderItem({ orderId, itemId }, manager);
    expect(order).toMatchObject({ totalCost: 0, status: 'ORDER_STATUS_SUBMITTED' });
    expect(order.bookingItems[0]).toMatchObject({ status: 'ORDER_ITEM_STATUS_CANCELLED' });
    await waitFor(async () => expect(await bookingStates(world, orderId)).toEqual(['released']));
    const again = await world.items.deleteOrderItemLegacy({ orderId, itemId }, manager);
    expect(again.bookingItems).toEqual(order.bookingItems);
    await submitted(hourOf(8, 9));
  });

  test('of a basket is gone', async () => {
    const { id: orderId, items } = await readyBasket(world, hourOf(8, 11));
    await world.items.deleteOrderItem({ orderId, itemId: items[0]?.id ?? '' }, manager);
    expect((await get(orderId)).bookingItems).toEqual([]);
    await readyBasket(world, hourOf(8, 11));
  });
});

describe('a crash between the booking and the order', () => {
  const book = (orderId: string, item: Partial<HoldItem>) =>
    world.availabilityPeer(BookingServiceService).hold(
      {
        ...{ orderId, siteId: world.siteId, customerId: null, holdMinutes: 0, skipRules: false, isOnline: false },
        items: [{ ...itemAt(world.offerings.massageId, ''), isBooked: true, ...item }],
      },
      callerAs(world, 'KIND_SERVICE', 'orders'),
    );

  test('leaves no time booked for an item that nobody has', async () => {
    const { orderId } = await submitted(hourOf(9, 9));
    await book(orderId, { startTime: hourOf(9, 11) });
    await waitFor(async () => expect((await bookingStates(world, orderId)).sort()).toEqual(['confirmed', 'released']));
    expect((await get(orderId)).bookingItems).toHaveLength(1);
    await submitted(hourOf(9, 11));
  });

  test('lets an item follow what was booked for it', async () => {
    const { orderId, itemId } = await submitted(hourOf(10, 9));
    await book(orderId, { itemId, startTime: hourOf(10, 13), offeringId: world.offerings.otherMassageId });
    await waitFor(async () =>
      expect((await get(orderId)).bookingItems[0]).toMatchObject({
        ...{ startTime: hourOf(10, 13), typeName: 'Deep massage', typeId: world.offerings.otherMassageId },
        status: 'ORDER_ITEM_STATUS_CONFIRMED',
      }),
    );
  });
});
