import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { SubmitStep } from '../src/submit/submit.job.ts';
import {
  anyPayment,
  bookingStates,
  countEvents,
  lapse,
  letLeasesLapse,
  massage,
  noCustomer,
  openBasket,
  readyBasket,
} from './builders.ts';
import { hourOf } from './offerings.ts';
import { callerAs, startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const submitted = 'lido.orders.order.submitted';
const submitBasket = (basketId: string, caller = world.staff) =>
  world.baskets.actionSubmitBasket({ basketId, customer: noCustomer }, caller);
const waitFor = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 20_000, interval: 50 });

describe('submitting a basket', () => {
  test('makes it an order under the same id, confirms its time, tells of it once and takes its money', async () => {
    const basket = await readyBasket(world, hourOf(0, 9));
    const answer = await submitBasket(basket.id);
    expect(answer).toMatchObject({
      id: basket.id,
      status: 'ORDER_STATUS_SUBMITTED',
      items: [{ id: basket.items[0]?.id, reservedUntil: null }],
    });
    expect(answer.submittedAt).not.toBeNull();
    expect(await bookingStates(world, basket.id)).toEqual(['confirmed']);
    await waitFor(async () => {
      const order = await world.orders.getOrder({ orderId: basket.id }, world.staff);
      expect(order).toMatchObject({
        payments: [{ status: 'PAYMENT_STATUS_PAID' }],
        paymentTotals: { paid: 8_000, unpaid: 0 },
      });
    });
    expect(await countEvents(world, basket.id, submitted)).toBe(1);
    expect(await countEvents(world, basket.id, 'lido.orders.payment.recorded')).toBe(1);
  });

  test('again answers the order and does nothing', async () => {
    const { id } = await readyBasket(world, hourOf(0, 10));
    const first = await submitBasket(id);
    const second = await submitBasket(id);
    expect([second.status, second.submittedAt]).toEqual([first.status, first.submittedAt]);
    expect(await countEvents(world, id, submitted)).toBe(1);
  });

  test('with the key of another submit is refused, and nothing of it is done', async () => {
    const [{ id: first }, { id: second }] = [
      await readyBasket(world, hourOf(40, 9)),
      await readyBasket(world, hourOf(40, 10)),
    ];
    const submit = (basketId: string) =>
      world.baskets.actionSubmitBasket({ basketId, customer: noCustomer }, world.staff, {
        idempotencyKey: 'one-submit',
      });
    const answer = await submit(first);
    await expect(submit(second)).rejects.toMatchObject({ reason: 'idempotency_key_reused' });
    expect((await world.orders.getOrder({ orderId: second }, world.staff)).status).toBe('ORDER_STATUS_IN_PROGRESS');
    expect(await bookingStates(world, second)).toEqual(['held']);
    expect(await submit(first)).toEqual(answer);
  });

  test('whose payments are more than what is left in it is refused until one is taken back', async () => {
    const { id: basketId, items } = await readyBasket(world, hourOf(40, 11));
    await world.baskets.createBasketItem({ basketId, item: massage(world, hourOf(40, 12)) }, world.staff);
    const { id: paymentId } = await world.baskets.createBasketPayment({ basketId, payment: anyPayment }, world.staff);
    await world.baskets.deleteBasketItem({ basketId, itemId: items[0]?.id ?? '' }, world.staff);
    await expect(submitBasket(basketId)).rejects.toMatchObject({
      fields: {
        payments: ['The payments are 80.00 GBP more than there is to pay. Please change or remove one.'],
      },
    });
    await world.baskets.deleteBasketPayment({ basketId, paymentId }, world.staff);
    expect((await submitBasket(basketId)).status).toBe('ORDER_STATUS_SUBMITTED');
  });

  test('twice at the same moment makes one order', async () => {
    const { id } = await readyBasket(world, hourOf(0, 11));
    const results = await Promise.allSettled(Array.from({ length: 6 }, () => submitBasket(id)));
    const reasons = results.flatMap((result) =>
      result.status === 'rejected' ? [(result.reason as { reason?: string }).reason] : [],
    );
    expect(results.some(({ status }) => status === 'fulfilled')).toBe(true);
    expect(new Set(reasons.filter((reason) => reason !== 'submit_in_progress'))).toEqual(new Set());
    expect(await countEvents(world, id, submitted)).toBe(1);
    expect(await bookingStates(world, id)).toEqual(['confirmed']);
  });

  test('takes the customer from its body', async () => {
    const { id: basketId } = await openBasket(world);
    await world.baskets.createBasketItem({ basketId, item: massage(world, hourOf(0, 12)) }, world.staff);
    await world.baskets.createBasketPayment({ basketId, payment: anyPayment }, world.staff);
    const customer = { ...noCustomer, firstName: 'Ada', email: 'ada@example.com' };
    const order = await world.baskets.actionSubmitBasket({ basketId, customer }, world.staff);
    expect(order).toMatchObject({ status: 'ORDER_STATUS_SUBMITTED', firstName: 'Ada', email: 'ada@example.com' });
  });

  test('that lacks what the rules ask for is refused by every field and left as it was', async () => {
    const { id } = await openBasket(world);
    await world.baskets.createBasketItem({ basketId: id, item: massage(world, hourOf(0, 13)) }, world.staff);
    const before = await world.baskets.getBasket({ basketId: id }, world.staff);
    await expect(submitBasket(id)).rejects.toMatchObject({
      kind: 'invalid',
      fields: { customer: expect.anything(), payments: expect.anything() },
    });
    expect(await world.baskets.getBasket({ basketId: id }, world.staff)).toEqual(before);
    expect(await bookingStates(world, id)).toEqual(['held']);
    await world.baskets.updateBasket({ basketId: id, basket: {}, updateMask: [] }, world.staff);
  });

  test('whose lapsed time somebody else has taken is a conflict, and its payment is pending as before', async () => {
    const late = await readyBasket(world, hourOf(0, 14));
    await lapse(world, late.id);
    const quick = await readyBasket(world, hourOf(0, 14));
    await expect(submitBasket(late.id)).rejects.toMatchObject({ kind: 'state_conflict' });
    const after = await world.baskets.getBasket({ basketId: late.id }, world.staff);
    expect(after).toMatchObject({
      status: 'ORDER_STATUS_IN_PROGRESS',
      payments: [{ status: 'PAYMENT_STATUS_PENDING' }],
    });
    expect(await submitBasket(quick.id)).toMatchObject({ status: 'ORDER_STATUS_SUBMITTED' });
  });

  test('whose hold lapsed but is still free claims it again', async () => {
    const basket = await readyBasket(world, hourOf(0, 15));
    await lapse(world, basket.id);
    expect(await submitBasket(basket.id)).toMatchObject({ status: 'ORDER_STATUS_SUBMITTED' });
    expect(await bookingStates(world, basket.id)).toEqual(['confirmed']);
  });

  test('by a customer leaves the promised money for staff to charge', async () => {
    const customer = await world.customers.createCustomer(
      { siteId: world.siteId, firstName: 'Eve', email: 'eve@example.com', marketingPreferenceIds: [] },
      world.staff,
    );
    const caller = callerAs(world, 'KIND_CUSTOMER', customer.id);
    const { id } = await readyBasket(world, hourOf(1, 9), caller);
    await submitBasket(id, caller);
    const { data } = await world.payments.listOrderPayments({ orderId: id }, world.staff);
    expect(data).toMatchObject([{ status: 'PAYMENT_STATUS_READY_FOR_CAPTURE', captureMethod: 'manual' }]);
    const charge = () =>
      world.payments.actionChargeOrderPayment({ orderId: id, paymentId: data[0]?.id ?? '' }, world.staff);
    expect(await charge()).toMatchObject({ status: 'PAYMENT_STATUS_PAID' });
    await expect(charge()).rejects.toMatchObject({ reason: 'not_chargeable' });
  });
});

describe('a move whose saving was lost in a crash', () => {
  test('is set right by the submit: the time in the order is the time that is confirmed', async () => {
    const basket = await readyBasket(world, hourOf(6, 9));
    await world.sql(`update order_items set start_time = start_time + interval '3 hours' where order_id = $1`, [
      basket.id,
    ]);
    const order = await submitBasket(basket.id);
    expect(order.items).toMatchObject([{ time: hourOf(6, 12) }]);
    const [booking] = await world.availabilitySql<{ starts_at: Date }>(
      'select starts_at from bookings where order_id = $1',
      [basket.id],
    );
    expect(booking?.starts_at.getTime()).toBe(Date.parse(hourOf(6, 12)));
  });
});

describe('submitting as staff', () => {
  test('takes a basket’s id, needs no payment, and money of a partner comes afterwards', async () => {
    const { id: orderId } = await openBasket(world, callerAs(world, 'KIND_PARTNER', 'hotel'));
    await world.baskets.createBasketItem({ basketId: orderId, item: massage(world, hourOf(1, 10)) }, world.staff);
    await world.baskets.actionSetBasketCustomer(
      { basketId: orderId, customer: { ...noCustomer, lastName: 'Byron' } },
      world.staff,
    );
    const order = await world.orders.actionSubmitOrder({ orderId }, world.staff);
    expect(order).toMatchObject({
      id: orderId,
      status: 'ORDER_STATUS_SUBMITTED',
      itemsStatus: 'ORDER_ITEM_STATUS_CONFIRMED',
      paymentTotals: { unpaid: 8_000 },
    });
    const payment = {
      processor: 'partner',
      amount: 10_000,
      status: 'PAYMENT_STATUS_UNSPECIFIED',
      processorData: null,
    } as const;
    const paid = await world.payments.createOrderPayment({ orderId, payment }, world.staff);
    expect(paid).toMatchObject({ status: 'PAYMENT_STATUS_PAID', currency: order.currency, amount: 10_000 });
    expect(await world.payments.getOrderPayment({ orderId, paymentId: paid.id }, world.staff)).toEqual(paid);
    expect(await world.orders.getOrder({ orderId }, world.staff)).toMatchObject({
      outstandingPaymentAmount: 0,
      paymentTotals: { missing: -2_000 },
    });
  });

  test('claims what lapsed again by the rules, or past them when told so', async () => {
    const { id: orderId } = await readyBasket(world, hourOf(7, 9));
    const date = hourOf(7, 9).slice(0, 10);
    const closed = { id: '', weekdays: [], dateFrom: date, dateTo: date, isAvailable: false };
    await world.appointmentTypes.createAppointmentTypeAvailabilityRule(
      { parentId: world.offerings.massageId, rule: closed },
      world.staff,
    );
    await lapse(world, orderId);
    await expect(world.orders.actionSubmitOrder({ orderId }, world.staff)).rejects.toMatchObject({
      kind: 'invalid',
      fields: { time: expect.anything() },
    });
    expect(await bookingStates(world, orderId)).toEqual(['held']);
    const order = await world.orders.actionSubmitOrder({ orderId, skipAvailabilityChecks: true }, world.staff);
    expect(order).toMatchObject({ status: 'ORDER_STATUS_SUBMITTED' });
    expect(await bookingStates(world, orderId)).toEqual(['confirmed']);
  });

  test('past the rules never takes what somebody else holds', async () => {
    const { id: orderId } = await readyBasket(world, hourOf(8, 9));
    await lapse(world, orderId);
    const other = await readyBasket(world, hourOf(8, 9));
    await expect(
      world.orders.actionSubmitOrder({ orderId, skipAvailabilityChecks: true }, world.staff),
    ).rejects.toMatchObject({ kind: 'state_conflict', reason: 'already_taken' });
    expect(await submitBasket(other.id)).toMatchObject({ status: 'ORDER_STATUS_SUBMITTED' });
  });

  test('is not for a customer or a partner', async () => {
    const { id: orderId } = await openBasket(world);
    for (const kind of ['KIND_CUSTOMER', 'KIND_PARTNER'] as const) {
      await expect(world.orders.actionSubmitOrder({ orderId }, callerAs(world, kind, 'x'))).rejects.toMatchObject({
        kind: 'forbidden',
      });
    }
  });
});

describe('a crash of the service', () => {
  const undone: SubmitStep[] = ['lease', 'extend-holds', 'check-rules'];
  const completed: SubmitStep[] = ['authorise-payments', 'confirm', 'finish'];
  const crashAfter = (step: SubmitStep) => ({
    afterSubmitStep: (done: SubmitStep) => {
      if (done === step) throw new Error('The process dies here.');
    },
  });
  const crashSubmitting = async (step: SubmitStep, time: string): Promise<string> => {
    const { id } = await readyBasket(world, time);
    await world.restartOrders(crashAfter(step));
    await expect(submitBasket(id)).rejects.toMatchObject({ code: 13 });
    await world.restartOrders();
    return id;
  };

  test.each(undone.map((step, index) => [step, 9 + index] as const))(
    'after %s leaves basket and holds untouched',
    async (step, hour) => {
      const id = await crashSubmitting(step, hourOf(2, hour));
      const change = () => world.baskets.updateBasket({ basketId: id, basket: {}, updateMask: [] }, world.staff);
      await expect(change()).rejects.toMatchObject({ reason: 'submit_in_progress' });
      await letLeasesLapse(world);
      await waitFor(async () => void (await change()));
      const basket = await world.baskets.getBasket({ basketId: id }, world.staff);
      expect(basket).toMatchObject({
        status: 'ORDER_STATUS_IN_PROGRESS',
        payments: [{ status: 'PAYMENT_STATUS_PENDING' }],
      });
      expect(await bookingStates(world, id)).toEqual(['held']);
      expect(await countEvents(world, id, submitted)).toBe(0);
      expect(await submitBasket(id)).toMatchObject({ status: 'ORDER_STATUS_SUBMITTED' });
      expect(await countEvents(world, id, submitted)).toBe(1);
    },
  );

  test.each(completed.map((step, index) => [step, 9 + index] as const))(
    'after %s ends with the order submitted once',
    async (step, hour) => {
      const id = await crashSubmitting(step, hourOf(3, hour));
      await letLeasesLapse(world);
      await waitFor(async () => {
        const order = await world.orders.getOrder({ orderId: id }, world.staff);
        expect(order).toMatchObject({
          status: 'ORDER_STATUS_SUBMITTED',
          payments: [{ status: 'PAYMENT_STATUS_PAID' }],
        });
      });
      expect(await bookingStates(world, id)).toEqual(['confirmed']);
      expect(await countEvents(world, id, submitted)).toBe(1);
      expect(await world.sql('select 1 from submit_sagas where order_id = $1', [id])).toEqual([]);
    },
  );

  test('before the confirmation loses to somebody who took the time meanwhile, and the basket is open again', async () => {
    const id = await crashSubmitting('authorise-payments', hourOf(4, 9));
    await lapse(world, id);
    await readyBasket(world, hourOf(4, 9));
    await letLeasesLapse(world);
    await waitFor(async () => {
      const basket = await world.baskets.updateBasket({ basketId: id, basket: {}, updateMask: [] }, world.staff);
      expect(basket).toMatchObject({
        status: 'ORDER_STATUS_IN_PROGRESS',
        payments: [{ status: 'PAYMENT_STATUS_PENDING' }],
      });
    });
    expect(await countEvents(world, id, submitted)).toBe(0);
  });

  test('is completed by a retry of the client as well', async () => {
    const id = await crashSubmitting('confirm', hourOf(4, 11));
    await expect(submitBasket(id)).rejects.toMatchObject({ reason: 'submit_in_progress' });
    await letLeasesLapse(world);
    await waitFor(async () => expect(await submitBasket(id)).toMatchObject({ status: 'ORDER_STATUS_SUBMITTED' }));
    expect(await countEvents(world, id, submitted)).toBe(1);
  });
});

describe('without availability', () => {
  test('holds and submits are refused as unavailable with nothing changed, and go on when it is back', async () => {
    const basket = await readyBasket(world, hourOf(5, 9));
    await world.stopAvailability();
    await expect(
      world.baskets.createBasketItem({ basketId: basket.id, item: massage(world, hourOf(5, 10)) }, world.staff),
    ).rejects.toMatchObject({ kind: 'unavailable' });
    await expect(submitBasket(basket.id)).rejects.toMatchObject({ kind: 'unavailable' });
    expect(await world.baskets.getBasket({ basketId: basket.id }, world.staff)).toEqual(basket);
    await world.startAvailability();
    await waitFor(async () =>
      expect(await submitBasket(basket.id)).toMatchObject({ status: 'ORDER_STATUS_SUBMITTED' }),
    );
  });
});
