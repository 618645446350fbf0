import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  anyOrders,
  bookingStates,
  countEvents,
  item,
  massage,
  noCustomer,
  openBasket,
  readyBasket,
} from './builders.ts';
import { hourOf } from './offerings.ts';
import { callerAs, staffWith, startWorld, strangerTo, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const newOrder = (fields: Partial<Parameters<World['orders']['createOrder']>[0]> = {}, caller = world.staff) =>
  world.orders.createOrder({ siteId: world.siteId, status: 'ORDER_STATUS_UNSPECIFIED', ...fields }, caller);
const submittedOrder = async (time: string): Promise<string> => {
  const { id } = await readyBasket(world, time);
  await world.orders.actionSubmitOrder({ orderId: id }, world.staff);
  return id;
};
const waitForPaid = (orderId: string) =>
  vi.waitFor(
    async () => {
      const order = await world.orders.getOrder({ orderId }, world.staff);
      expect(order.paymentTotals?.unpaid).toBe(0);
    },
    { timeout: 20_000, interval: 50 },
  );

describe('an order that staff start', () => {
  test('is new, and becomes submitted with the items it was given', async () => {
    const order = await newOrder({ externalRef: 'PMS-1' });
    expect(order).toMatchObject({ status: 'ORDER_STATUS_NEW', externalRef: 'PMS-1', stage: 'ORDER_STAGE_NOT_ARRIVED' });
    await world.baskets.createBasketItem({ basketId: order.id, item: massage(world, hourOf(0, 9)) }, world.staff);
    await world.baskets.actionUpdateBasketGuests(
      { basketId: order.id, guests: [{ id: '', name: 'Ada Byron' }] },
      world.staff,
    );
    const reserved = await world.orders.actionReserveOrder({ orderId: order.id, reserveMins: 120 }, world.staff);
    const until = Date.parse(reserved.bookingItems[0]?.bookingReservedUntil ?? '');
    expect(until - Date.now()).toBeGreaterThan(100 * 60_000);
    const submitted = await world.orders.actionSubmitOrder(
      { orderId: order.id, skipAvailabilityChecks: true },
      world.staff,
    );
    expect(submitted).toMatchObject({
      status: 'ORDER_STATUS_SUBMITTED',
      submittedById: world.staff.principal.id,
      totalCost: 8_000,
    });
  });

  test('starts in no other state, and at no site that the caller can not see', async () => {
    await expect(newOrder({ status: 'ORDER_STATUS_SETTLED' })).rejects.toMatchObject({
      fields: { status: expect.anything() },
    });
    await expect(newOrder({}, strangerTo(world))).rejects.toMatchObject({ fields: { site_id: expect.anything() } });
    await expect(newOrder({}, staffWith(world, ['reservations.view']))).rejects.toMatchObject({ kind: 'forbidden' });
  });

  test('takes changes of its own fields by set, clear and absence', async () => {
    const { id: orderId } = await newOrder({ externalRef: 'PMS-2' });
    const update = (order: object, updateMask: string[]) =>
      world.orders.updateOrder(
        { orderId, order: { stage: 'ORDER_STAGE_UNSPECIFIED', ...order }, updateMask },
        world.staff,
      );
    expect(
      await update({ stage: 'ORDER_STAGE_ARRIVED', salesChannelId: 'desk' }, ['stage', 'sales_channel_id']),
    ).toMatchObject({
      stage: 'ORDER_STAGE_ARRIVED',
      salesChannelId: 'desk',
      externalRef: 'PMS-2',
    });
    expect(await update({}, ['external_ref', 'stage'])).toMatchObject({
      externalRef: null,
      stage: 'ORDER_STAGE_NOT_ARRIVED',
      salesChannelId: 'desk',
    });
  });
});

describe('reading orders', () => {
  test('needs the permission at the site, and hides what is elsewhere', async () => {
    const { id: orderId, orderRef } = await newOrder();
    await expect(world.orders.getOrder({ orderId }, staffWith(world, ['reservations.manage']))).rejects.toMatchObject({
      kind: 'forbidden',
    });
    await expect(world.orders.getOrder({ orderId }, strangerTo(world))).rejects.toMatchObject({ kind: 'not_found' });
    await expect(
      world.orders.getOrderByReference({ orderRef, siteId: world.siteId }, world.staff),
    ).resolves.toMatchObject({ id: orderId });
    await expect(world.orders.getOrderByReference({ orderRef }, strangerTo(world))).rejects.toMatchObject({
      kind: 'not_found',
    });
  });

  test('shows a customer their own', async () => {
    const customer = await world.customers.createCustomer(
      { siteId: world.siteId, firstName: 'Ida', email: 'ida@example.com', marketingPreferenceIds: [] },
      world.staff,
    );
    const { id: orderId } = await newOrder({ customerId: customer.id });
    await expect(
      world.orders.getOrder({ orderId }, callerAs(world, 'KIND_CUSTOMER', customer.id)),
    ).resolves.toMatchObject({ firstName: 'Ida' });
    await expect(world.orders.getOrder({ orderId }, callerAs(world, 'KIND_CUSTOMER', 'else'))).rejects.toMatchObject({
      kind: 'not_found',
    });
  });
});

describe('a customer of another brand, or one who is forgotten,', () => {
  const orderOf = (customerId: string, caller = world.staff) => newOrder({ customerId }, caller);
  const setBrand = (brand: string) =>
    world.sql(`update known_sites set site = jsonb_set(site, '{brandId}', to_jsonb($1::text))`, [brand]);

  test('is as unknown to orders as somebody who never was', async () => {
    const customer = await world.customers.createCustomer(
      { siteId: world.siteId, firstName: 'Ida', email: 'ida.brand@example.com', marketingPreferenceIds: [] },
      world.staff,
    );
    const [{ id: own }, { id: orderId }] = [await orderOf(customer.id), await newOrder()];
    await setBrand('another-brand');
    try {
      const unknown = { kind: 'invalid', fields: { customer_id: [`There is no customer ${customer.id}.`] } };
      await expect(orderOf(customer.id)).rejects.toMatchObject(unknown);
      const order = { customerId: customer.id, stage: 'ORDER_STAGE_UNSPECIFIED' as const };
      await expect(
        world.orders.updateOrder({ orderId, order, updateMask: ['customer_id'] }, world.staff),
      ).rejects.toMatchObject(unknown);
      // Whoever sends a whole order back changes nothing of who booked it.
      const kept = { orderId: own, order, updateMask: ['customer_id'] };
      expect(await world.orders.updateOrder(kept, world.staff)).toMatchObject({
        customerId: customer.id,
        firstName: 'Ida',
      });
      await expect(
        world.baskets.actionSetBasketCustomer(
          { basketId: orderId, customer: { ...noCustomer, id: customer.id } },
          world.staff,
        ),
      ).rejects.toMatchObject({ fields: { id: [`There is no customer ${customer.id}.`] } });
      await expect(openBasket(world, callerAs(world, 'KIND_CUSTOMER', customer.id))).rejects.toMatchObject({
        fields: { site_id: [`There is no site ${world.siteId}.`] },
      });
    } finally {
      await setBrand(customer.brandId);
    }
    await expect(orderOf(customer.id)).resolves.toMatchObject({ firstName: 'Ida' });
    await world.customers.deleteCustomer({ id: customer.id }, world.staff);
    await expect(orderOf(customer.id)).rejects.toMatchObject({ kind: 'invalid' });
  });
});

describe('the list of orders', () => {
  let orderId = '';
  let date = '';
  beforeAll(async () => {
    const { id } = await readyBasket(world, hourOf(10, 9));
    await world.baskets.actionSetBasketCustomer(
      { basketId: id, customer: { ...noCustomer, firstName: 'Zelda', lastName: '100%', email: 'zelda@example.com' } },
      world.staff,
    );
    await world.orders.actionSubmitOrder({ orderId: id }, world.staff);
    await waitForPaid(id);
    orderId = id;
    date = hourOf(10, 9).slice(0, 10);
  });
  const ids = async (filter: Partial<Parameters<typeof anyOrders>[0] & object>): Promise<string[]> => {
    const { data } = await world.orders.listOrders(anyOrders({ perPage: 100, ...filter }), world.staff);
    return data.map(({ id }) => id);
  };

  test('leaves baskets out unless they are asked for', async () => {
    const basket = await openBasket(world);
    expect(await ids({})).not.toContain(basket.id);
    expect(await ids({ status: ['ORDER_STATUS_IN_PROGRESS'] })).toContain(basket.id);
  });

  test.each<[string, () => Parameters<typeof anyOrders>[0] & object]>([
    ['a part of the name', () => ({ query: 'zeld' })],
    ['a text with a wildcard in it', () => ({ query: '100%' })],
    ['its status', () => ({ status: ['ORDER_STATUS_SUBMITTED', 'ORDER_STATUS_SETTLED'] })],
    ['an offering', () => ({ itemOfferingId: [world.offerings.massageId, 'x'] })],
    ['the item’s date', () => ({ itemDate: date })],
    ['a span of dates', () => ({ itemDateFrom: date, itemDateTo: date })],
    ['a span of instants', () => ({ itemDateFrom: hourOf(10, 9), itemDateTo: hourOf(10, 10) })],
    ['the item’s status', () => ({ itemStatus: ['ORDER_ITEM_STATUS_CONFIRMED'], itemDate: date })],
    ['its revenue date', () => ({ revenueDateFrom: date, revenueDateTo: date })],
    ['who submitted it', () => ({ submittedById: [world.staff.principal.id] })],
    ['when it was submitted', () => ({ submittedAtFrom: new Date(Date.now() - 3_600_000).toISOString() })],
    ['when it was changed', () => ({ updatedAtFrom: new Date(Date.now() - 86_400_000).toISOString().slice(0, 10) })],
    ['having nothing outstanding', () => ({ hasOutstandingBalance: false })],
    ['being no membership', () => ({ isMembership: false })],
    ['its site', () => ({ siteId: [world.siteId] })],
  ])('finds an order by %s', async (_, filter) => {
    expect(await ids(filter())).toContain(orderId);
  });

  test.each<[string, () => Parameters<typeof anyOrders>[0] & object]>([
    ['another name', () => ({ query: 'zelda 1000' })],
    ['another customer', () => ({ customerId: 'nobody' })],
    ['another status', () => ({ status: ['ORDER_STATUS_CANCELLED'] })],
    ['another offering', () => ({ itemOfferingId: [world.offerings.otherMassageId] })],
    ['the instant its item has begun', () => ({ itemDateTo: hourOf(10, 9) })],
    [
      'an item that is this and another that is that',
      () => ({ itemStatus: ['ORDER_ITEM_STATUS_RESERVED'], itemDate: date }),
    ],
    ['a later revenue date', () => ({ revenueDateFrom: hourOf(11, 9).slice(0, 10) })],
    ['a balance', () => ({ hasOutstandingBalance: true })],
    ['a membership', () => ({ isMembership: true })],
    ['a label', () => ({ labels: ['vip'] })],
    ['a sales channel', () => ({ salesChannel: ['phone'] })],
    ['an earlier submit', () => ({ submittedAtTo: new Date(Date.now() - 3_600_000).toISOString() })],
  ])('does not find it by %s', async (_, filter) => {
    expect(await ids(filter())).not.toContain(orderId);
  });

  test('comes in pages, newest first', async () => {
    const [older, newer] = [await newOrder(), await newOrder()];
    const first = await world.orders.listOrders(anyOrders({ perPage: 1, page: 1 }), world.staff);
    const second = await world.orders.listOrders(anyOrders({ perPage: 1, page: 2 }), world.staff);
    expect([first.data[0]?.id, second.data[0]?.id]).toEqual([newer.id, older.id]);
    expect(first.page).toMatchObject({ page: 1, perPage: 1 });
  });

  test('is forbidden without the permission, and a hidden site is not found', async () => {
    await expect(world.orders.listOrders(anyOrders(), staffWith(world, []))).rejects.toMatchObject({
      kind: 'forbidden',
    });
    await expect(world.orders.listOrders(anyOrders({ siteId: ['elsewhere'] }), world.staff)).rejects.toMatchObject({
      kind: 'not_found',
    });
    const theirs = await world.orders.listOrders(anyOrders(), strangerTo(world));
    expect(theirs.data).toEqual([]);
  });
});

describe('cancelling an order', () => {
  test('takes its value, gives its time back, keeps its payments, and is told', async () => {
    const orderId = await submittedOrder(hourOf(20, 9));
    await waitForPaid(orderId);
    const cancelled = await world.orders.actionCancelOrder({ orderId }, world.staff);
    expect(cancelled).toMatchObject({
      status: 'ORDER_STATUS_CANCELLED',
      totalCost: 0,
      itemsStatus: 'ORDER_ITEM_STATUS_CANCELLED',
      payments: [{ status: 'PAYMENT_STATUS_PAID', amount: 8_000 }],
    });
    await vi.waitFor(async () => expect(await bookingStates(world, orderId)).toEqual(['released']), {
      timeout: 20_000,
    });
    expect(await countEvents(world, orderId, 'lido.orders.order.cancelled')).toBe(1);
    await readyBasket(world, hourOf(20, 9));
    await expect(world.orders.actionCancelOrder({ orderId }, world.staff)).rejects.toMatchObject({
      kind: 'state_conflict',
    });
  });

  test('while availability is away gives the time back when it is there again', async () => {
    const orderId = await submittedOrder(hourOf(20, 10));
    await world.stopAvailability();
    await world.orders.actionCancelOrder({ orderId }, world.staff);
    await world.restartOrders();
    await world.startAvailability();
    await world.sql(`update lido_clock set shift = shift + interval '10 seconds'`);
    await vi.waitFor(async () => expect(await bookingStates(world, orderId)).toEqual(['released']), {
      timeout: 20_000,
    });
  });

  test('can be undone to a new order whose items have to be added again', async () => {
    const orderId = await submittedOrder(hourOf(20, 11));
    await world.orders.actionCancelOrder({ orderId }, world.staff);
    const restored = await world.orders.actionRestoreOrder({ orderId }, world.staff);
    expect(restored).toMatchObject({ status: 'ORDER_STATUS_NEW', totalCost: 0, submittedAt: null, cancelledAt: null });
    await vi.waitFor(async () => expect(await bookingStates(world, orderId)).toEqual(['released']), {
      timeout: 20_000,
    });
    await world.baskets.createBasketItem({ basketId: orderId, item: massage(world, hourOf(20, 11)) }, world.staff);
    expect(await world.orders.actionSubmitOrder({ orderId }, world.staff)).toMatchObject({
      status: 'ORDER_STATUS_SUBMITTED',
      totalCost: 8_000,
    });
  });
});

describe('the end of an order', () => {
  test('needs all of its money, and then nothing changes any more', async () => {
    const { id: orderId } = await openBasket(world);
    await world.baskets.createBasketItem({ basketId: orderId, item: massage(world, hourOf(30, 9)) }, world.staff);
    await world.baskets.actionSetBasketCustomer(
      { basketId: orderId, customer: { ...noCustomer, firstName: 'Ada' } },
      world.staff,
    );
    await expect(world.orders.actionSettleOrder({ orderId }, world.staff)).rejects.toMatchObject({
      reason: 'illegal_state',
    });
    await world.orders.actionSubmitOrder({ orderId }, world.staff);
    await expect(world.orders.actionSettleOrder({ orderId }, world.staff)).rejects.toMatchObject({
      reason: 'balance_outstanding',
    });
    const payment = {
      processor: 'manual',
      amount: 8_000,
      status: 'PAYMENT_STATUS_UNSPECIFIED',
      processorData: null,
    } as const;
    await world.payments.createOrderPayment({ orderId, payment }, world.staff);
    expect(await world.orders.actionSettleOrder({ orderId }, world.staff)).toMatchObject({
      status: 'ORDER_STATUS_SETTLED',
      stage: 'ORDER_STAGE_CHECKED_OUT',
    });
    await expect(world.orders.actionCancelOrder({ orderId }, world.staff)).rejects.toMatchObject({
      kind: 'state_conflict',
    });
    await expect(world.payments.createOrderPayment({ orderId, payment }, world.staff)).rejects.toMatchObject({
      kind: 'state_conflict',
    });
    const change = { basketId: orderId, item: item({}) };
    await expect(world.baskets.createBasketItem(change, world.staff)).rejects.toMatchObject({ kind: 'state_conflict' });
  });

  test('as a no-show comes on its own day only', async () => {
    const orderId = await submittedOrder(hourOf(30, 10));
    await expect(world.orders.actionNoShowOrder({ orderId }, world.staff)).rejects.toMatchObject({
      reason: 'not_today',
    });
    const today = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/London' }).format(new Date());
    await world.sql('update order_items set date = $2 where order_id = $1', [orderId, today]);
    expect(await world.orders.actionNoShowOrder({ orderId }, world.staff)).toMatchObject({
      status: 'ORDER_STATUS_NO_SHOW',
      totalCost: 8_000,
    });
    await expect(world.orders.actionCancelOrder({ orderId }, world.staff)).rejects.toMatchObject({
      kind: 'state_conflict',
    });
  });

  test('a lock comes and goes, and locking twice keeps the first moment', async () => {
    const { id: orderId } = await newOrder();
    const locked = await world.orders.actionLockOrder({ orderId }, world.staff);
    expect(locked.isLocked).toBe(true);
    expect((await world.orders.actionLockOrder({ orderId }, world.staff)).lockedAt).toBe(locked.lockedAt);
    expect(await world.orders.actionUnlockOrder({ orderId }, world.staff)).toMatchObject({
      isLocked: false,
      lockedAt: null,
    });
  });
});

describe('the payments of an order', () => {
  test('that are pending can be discarded, those that are paid can not', async () => {
    const { id: orderId } = await newOrder();
    const add = (status: 'PAYMENT_STATUS_PENDING' | 'PAYMENT_STATUS_PAID') =>
      world.payments.createOrderPayment(
        { orderId, payment: { processor: 'manual', amount: 5, status, processorData: { till: 'two' } } },
        world.staff,
      );
    const [pending, paid] = [await add('PAYMENT_STATUS_PENDING'), await add('PAYMENT_STATUS_PAID')];
    expect(paid).toMatchObject({ processorData: { till: 'two' }, refundableAmount: 5 });
    const remove = (paymentId: string) => world.payments.deleteOrderPayment({ orderId, paymentId }, world.staff);
    expect(await remove(pending.id)).toMatchObject({ payments: [{ id: paid.id }] });
    await expect(remove(paid.id)).rejects.toMatchObject({ reason: 'payment_taken' });
    await expect(remove(pending.id)).rejects.toMatchObject({ kind: 'not_found' });
  });

  test('of an unknown processor are refused by the field', async () => {
    const { id: orderId } = await newOrder();
    const payment = {
      processor: 'cowries',
      amount: 5,
      status: 'PAYMENT_STATUS_UNSPECIFIED',
      processorData: null,
    } as const;
    await expect(world.payments.createOrderPayment({ orderId, payment }, world.staff)).rejects.toMatchObject({
      kind: 'invalid',
      fields: { processor: ['The processor must be one of: manual, partner.'] },
    });
  });
});
