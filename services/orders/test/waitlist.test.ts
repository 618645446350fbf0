import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Session } from '@lido/proto/lido/availability/v1/session.ts';
import type { Order } from '@lido/proto/lido/orders/v1/order.ts';
import { blankSession } from '../../../test/support/offerings.ts';
import { anyPayment, countEvents, item, noCustomer, openBasket } from './builders.ts';
import { hourOf } from './offerings.ts';
import { startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const seatPrice = 1_500;
const saved = 'lido.orders.order.saved';

/** A session for one guest with a waiting list. */
const smallClass = (hour: number, extra: Partial<Session> = {}): Promise<Session> => {
  const { sessionTypeId } = world.offerings;
  const places = { capacity: 1, waitlistEnabled: true };
  return world.sessions.createSession(
    { ...blankSession, sessionTypeId, startTime: hourOf(5, hour), ...places, ...extra },
    world.staff,
  );
};
const basketFor = async (session: Session) => {
  const { id: basketId } = await openBasket(world);
  const wish = item({ offeringType: 'session', offeringId: session.sessionTypeId, sessionId: session.id });
  const basket = await world.baskets.createBasketItem({ basketId, item: wish }, world.staff);
  await world.baskets.actionSetBasketCustomer(
    { basketId, customer: { ...noCustomer, firstName: 'Ada', lastName: 'Byron' } },
    world.staff,
  );
  return basket;
};
const submit = (basketId: string) => world.baskets.actionSubmitBasket({ basketId, customer: noCustomer }, world.staff);
const orderFor = async (session: Session): Promise<string> => {
  const basket = await basketFor(session);
  if ((basket.items[0]?.price ?? 0) > 0) {
    await world.baskets.createBasketPayment({ basketId: basket.id, payment: anyPayment }, world.staff);
  }
  await submit(basket.id);
  return basket.id;
};
const orderOf = (orderId: string): Promise<Order> => world.orders.getOrder({ orderId }, world.staff);
const waitFor = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 20_000, interval: 50 });

describe('an item of a full session', () => {
  test('says in the basket that it will wait, costs nothing, and is on the waiting list once submitted', async () => {
    const session = await smallClass(9);
    const first = await orderFor(session);
    const basket = await basketFor(session);
    expect(basket).toMatchObject({
      totalCost: 0,
      items: [{ willBeWaitlisted: true, price: 0, status: 'ORDER_ITEM_STATUS_RESERVED' }],
    });
    const order = await submit(basket.id);
    expect(order).toMatchObject({
      status: 'ORDER_STATUS_SUBMITTED',
      items: [{ willBeWaitlisted: true, price: 0, status: 'ORDER_ITEM_STATUS_WAITLISTED' }],
    });
    expect((await orderOf(first)).bookingItems).toMatchObject([
      { status: 'ORDER_ITEM_STATUS_CONFIRMED', price: seatPrice },
    ]);
    expect((await orderOf(basket.id)).itemsStatus).toBe('ORDER_ITEM_STATUS_WAITLISTED');
  });

  test('gets the place that a cancelled order gives back, is confirmed and due from then on, and its order tells of it', async () => {
    const session = await smallClass(10);
    const first = await orderFor(session);
    const second = await orderFor(session);
    const before = await countEvents(world, second, saved);
    await world.orders.actionCancelOrder({ orderId: first }, world.staff);
    await waitFor(async () => {
      expect(await orderOf(second)).toMatchObject({
        totalCost: seatPrice,
        paymentTotals: { unpaid: seatPrice },
        bookingItems: [
          { status: 'ORDER_ITEM_STATUS_CONFIRMED', price: seatPrice, bookingSummary: { status: 'confirmed' } },
        ],
      });
    });
    expect(await countEvents(world, second, saved)).toBe(before + 1);
  });

  test('that has a place again when it is submitted gets it with its price', async () => {
    const session = await smallClass(11);
    const first = await orderFor(session);
    const basket = await basketFor(session);
    await world.orders.actionCancelOrder({ orderId: first }, world.staff);
    await submit(basket.id);
    await waitFor(async () => {
      expect((await orderOf(basket.id)).bookingItems).toMatchObject([
        { status: 'ORDER_ITEM_STATUS_CONFIRMED', price: seatPrice },
      ]);
    });
  });

  test('is promoted after availability and orders were away in between', async () => {
    const session = await smallClass(12);
    const first = await orderFor(session);
    const second = await orderFor(session);
    await world.availabilitySql(`update session_seats set expires_at = lido_now() where order_id = $1`, [first]);
    await world.stopAvailability();
    await world.startAvailability();
    await world.restartOrders();
    await waitFor(async () => {
      expect((await orderOf(second)).bookingItems).toMatchObject([{ status: 'ORDER_ITEM_STATUS_CONFIRMED' }]);
    });
  });
});

describe('a session that staff change', () => {
  test('takes the items of its orders along', async () => {
    const session = await smallClass(13);
    const orderId = await orderFor(session);
    const startTime = hourOf(6, 15);
    await world.sessions.updateSession(
      { id: session.id, session: { ...session, startTime }, updateMask: ['start_time'] },
      world.staff,
    );
    await waitFor(async () => {
      expect((await orderOf(orderId)).bookingItems).toMatchObject([
        { startTime, date: startTime.slice(0, 10), price: seatPrice, bookingSummary: { startTime } },
      ]);
    });
  });

  test('takes its items with it when it is cancelled, those that wait too; what was paid is staff\u2019s to give back', async () => {
    const session = await smallClass(14);
    const [orderId, waiting] = [await orderFor(session), await orderFor(session)];
    await world.sessions.deleteSession({ id: session.id }, world.staff);
    await waitFor(async () => {
      for (const id of [orderId, waiting]) {
        const order = await orderOf(id);
        expect(order).toMatchObject({ totalCost: 0, bookingItems: [{ status: 'ORDER_ITEM_STATUS_CANCELLED' }] });
      }
    });
    expect((await orderOf(orderId)).paymentTotals).toMatchObject({ paid: seatPrice });
  });
});
