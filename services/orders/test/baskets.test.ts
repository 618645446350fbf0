import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  anyPayment,
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

describe('opening a basket', () => {
  test('gives it a reference, the site’s currency and its event', async () => {
    const basket = await openBasket(world);
    expect(basket).toMatchObject({ status: 'ORDER_STATUS_IN_PROGRESS', siteId: world.siteId, totalCost: 0, items: [] });
    expect(basket.orderRef).toMatch(/^LID\d{5}$/);
    expect(basket.id).toMatch(/^[0-9a-f]{24}$/);
    expect(basket.createdAt).toMatch(/(Z|[+-]\d\d:\d\d)$/);
    expect(await countEvents(world, basket.id, 'lido.orders.basket.saved')).toBe(1);
  });

  test('at the same moment gives every basket a reference of its own', async () => {
    const baskets = await Promise.all(Array.from({ length: 8 }, () => openBasket(world)));
    expect(new Set(baskets.map(({ orderRef }) => orderRef)).size).toBe(8);
  });

  test('at a site that does not exist or is hidden is refused by the field', async () => {
    const refused = expect.objectContaining({ kind: 'invalid', fields: { site_id: ['There is no site nowhere.'] } });
    await expect(world.baskets.createBasket({ siteId: 'nowhere' }, world.staff)).rejects.toEqual(refused);
    await expect(openBasket(world, strangerTo(world))).rejects.toMatchObject({ kind: 'invalid' });
  });

  test('for a customer nobody knows is refused by the field', async () => {
    const request = { siteId: world.siteId, customerId: 'nobody' };
    await expect(world.baskets.createBasket(request, world.staff)).rejects.toMatchObject({
      fields: { customer_id: ['There is no customer nobody.'] },
    });
  });
});

describe('who sees a basket', () => {
  test('staff of the site, the customer or partner it belongs to, and nobody else', async () => {
    const partner = callerAs(world, 'KIND_PARTNER', 'partner-1');
    const { id: basketId } = await openBasket(world, partner);
    await expect(world.baskets.getBasket({ basketId }, partner)).resolves.toMatchObject({ id: basketId });
    await expect(world.baskets.getBasket({ basketId }, world.staff)).resolves.toMatchObject({ id: basketId });
    for (const other of [
      callerAs(world, 'KIND_PARTNER', 'partner-2'),
      callerAs(world, 'KIND_CUSTOMER', 'customer-1'),
      strangerTo(world),
    ]) {
      await expect(world.baskets.getBasket({ basketId }, other)).rejects.toMatchObject({
        kind: 'not_found',
        message: `The requested resource could not be found ${basketId}`,
      });
    }
    await expect(world.baskets.getBasket({ basketId }, callerAs(world, 'KIND_PUBLIC', ''))).rejects.toMatchObject({
      kind: 'unauthenticated',
    });
  });

  test('a customer’s own token makes the basket theirs with their details', async () => {
    const known = await world.customers.createCustomer(
      {
        siteId: world.siteId,
        firstName: 'Grace',
        lastName: 'Hopper',
        email: 'grace@example.com',
        marketingPreferenceIds: [],
      },
      world.staff,
    );
    const basket = await openBasket(world, callerAs(world, 'KIND_CUSTOMER', known.id));
    expect(basket).toMatchObject({ customerId: known.id, firstName: 'Grace', email: 'grace@example.com' });
  });
});

describe('the items of a basket', () => {
  test('are held, named and priced by availability', async () => {
    const { id: basketId } = await openBasket(world);
    const basket = await world.baskets.createBasketItem({ basketId, item: massage(world, hourOf(0, 9)) }, world.staff);
    expect(basket.totalCost).toBe(8_000);
    expect(basket.items).toMatchObject([
      {
        offeringName: 'Massage',
        price: 8_000,
        duration: 60,
        time: hourOf(0, 9).replace('+00:00', '+00:00'),
        bookingSummary: { practitionerIds: [world.offerings.practitionerId] },
      },
    ]);
    expect(basket.itemsReservedUntil).not.toBeNull();
    expect(await bookingStates(world, basketId)).toEqual(['held']);
  });

  test('at a taken time are refused with alternatives, and the basket stays as it was', async () => {
    const first = await openBasket(world);
    await world.baskets.createBasketItem({ basketId: first.id, item: massage(world, hourOf(1, 9)) }, world.staff);
    const second = await openBasket(world);
    const adding = world.baskets.createBasketItem(
      { basketId: second.id, item: massage(world, hourOf(1, 9)) },
      world.staff,
    );
    await expect(adding).rejects.toMatchObject({
      kind: 'state_conflict',
      reason: 'already_taken',
      metadata: { alternatives: expect.arrayContaining([expect.anything()]) },
    });
    expect(await world.baskets.getBasket({ basketId: second.id }, world.staff)).toEqual(second);
  });

  test('of an unknown offering are refused by the field', async () => {
    const { id: basketId } = await openBasket(world);
    const unknown = massage(world, hourOf(0, 10), { offeringId: 'ffffffffffffffffffffffff' });
    const adding = world.baskets.createBasketItem({ basketId, item: unknown }, world.staff);
    await expect(adding).rejects.toMatchObject({ kind: 'invalid', fields: { offering_id: expect.anything() } });
  });

  test('move with their hold, and leave their old time free', async () => {
    const { id: basketId } = await openBasket(world);
    const { items } = await world.baskets.createBasketItem(
      { basketId, item: massage(world, hourOf(2, 9)) },
      world.staff,
    );
    const itemId = items[0]?.id ?? '';
    const request = { basketId, itemId, item: item({ time: hourOf(2, 11) }), updateMask: ['time'] };
    const moved = await world.baskets.updateBasketItem(request, world.staff);
    expect(moved.items).toMatchObject([{ id: itemId, time: hourOf(2, 11), offeringId: world.offerings.massageId }]);
    const other = await openBasket(world);
    await world.baskets.createBasketItem({ basketId: other.id, item: massage(world, hourOf(2, 9)) }, world.staff);
  });

  test('that can not move stay where they are', async () => {
    const taken = await openBasket(world);
    await world.baskets.createBasketItem({ basketId: taken.id, item: massage(world, hourOf(3, 10)) }, world.staff);
    const { id: basketId } = await openBasket(world);
    const before = await world.baskets.createBasketItem({ basketId, item: massage(world, hourOf(3, 9)) }, world.staff);
    const itemId = before.items[0]?.id ?? '';
    const request = { basketId, itemId, item: item({ time: hourOf(3, 10) }), updateMask: ['time'] };
    await expect(world.baskets.updateBasketItem(request, world.staff)).rejects.toMatchObject({
      reason: 'already_taken',
    });
    expect(await world.baskets.getBasket({ basketId }, world.staff)).toEqual(before);
  });

  test('give their time back when they are removed', async () => {
    const { id: basketId } = await openBasket(world);
    const { items } = await world.baskets.createBasketItem(
      { basketId, item: massage(world, hourOf(4, 9)) },
      world.staff,
    );
    await world.baskets.deleteBasketItem({ basketId, itemId: items[0]?.id ?? '' }, world.staff);
    expect(await world.baskets.getBasket({ basketId }, world.staff)).toMatchObject({ items: [], totalCost: 0 });
    const other = await openBasket(world);
    await world.baskets.createBasketItem({ basketId: other.id, item: massage(world, hourOf(4, 9)) }, world.staff);
  });

  test('added at the same moment are all there', async () => {
    const { id: basketId } = await openBasket(world);
    const hours = [9, 10, 11, 12];
    await Promise.all(
      hours.map((hour) =>
        world.baskets.createBasketItem({ basketId, item: massage(world, hourOf(5, hour)) }, world.staff),
      ),
    );
    const basket = await world.baskets.getBasket({ basketId }, world.staff);
    expect([basket.items.length, basket.totalCost]).toEqual([4, 32_000]);
  });
});

test('a seat in a session is held beside a massage, and both are booked by one submit', async () => {
  const { id: basketId } = await openBasket(world);
  const { sessionTypeId, sessionId } = world.offerings;
  const seat = item({ offeringType: 'session', offeringId: sessionTypeId, sessionId, quantity: 2 });
  await world.baskets.createBasketItem({ basketId, item: massage(world, hourOf(0, 16)) }, world.staff);
  const basket = await world.baskets.createBasketItem({ basketId, item: seat }, world.staff);
  expect(basket.items).toMatchObject([
    { offeringName: 'Massage' },
    { offeringName: 'Class', quantity: 2, price: 3_000, time: hourOf(0, 18), bookingSummary: { sessionId } },
  ]);
  const other = await openBasket(world);
  const adding = world.baskets.createBasketItem({ basketId: other.id, item: { ...seat, quantity: 1 } }, world.staff);
  await expect(adding).rejects.toMatchObject({ kind: 'state_conflict' });
  await world.baskets.actionSetBasketCustomer({ basketId, customer: { ...noCustomer, firstName: 'Ada' } }, world.staff);
  await world.orders.actionSubmitOrder({ orderId: basketId }, world.staff);
  expect(await bookingStates(world, basketId)).toEqual(['confirmed', 'confirmed']);
});

describe('the guests of a basket', () => {
  test('are replaced as a list, and items lose those who go', async () => {
    const { id: basketId } = await openBasket(world);
    const named = await world.baskets.actionUpdateBasketGuests(
      {
        basketId,
        guests: [
          { id: '', name: 'Ada Byron' },
          { id: '', firstName: 'Bo' },
        ],
      },
      world.staff,
    );
    expect(named.guests).toMatchObject([
      { name: 'Ada Byron', isLeadBooker: true },
      { firstName: 'Bo', isLeadBooker: false },
    ]);
    const [ada, bo] = named.guests.map(({ id }) => id);
    const wanted = massage(world, hourOf(6, 9), { guestIds: [bo ?? ''] });
    await world.baskets.createBasketItem({ basketId, item: wanted }, world.staff);
    const left = await world.baskets.actionUpdateBasketGuests(
      { basketId, guests: [{ id: ada ?? '', firstName: 'Ada' }] },
      world.staff,
    );
    expect(left).toMatchObject({
      guests: [{ id: ada, firstName: 'Ada', lastName: null }],
      items: [{ guests: [], quantity: 1 }],
    });
    expect(await world.guests.listOrderGuests({ orderId: basketId }, world.staff)).toMatchObject({
      data: [{ id: ada }],
    });
  });

  test('can come with an item', async () => {
    const { id: basketId } = await openBasket(world);
    const wanted = massage(world, hourOf(6, 11), { guests: [{ id: '', firstName: 'Cy' }] });
    const basket = await world.baskets.createBasketItem({ basketId, item: wanted }, world.staff);
    expect(basket).toMatchObject({
      guests: [{ firstName: 'Cy', isLeadBooker: true }],
      items: [{ guest: { firstName: 'Cy' } }],
    });
  });
});

describe('a basket before its submit', () => {
  test('keeps special requests, and clears them', async () => {
    const { id: basketId } = await openBasket(world);
    const update = (specialRequests: string | null, updateMask: string[]) =>
      world.baskets.updateBasket({ basketId, basket: { specialRequests }, updateMask }, world.staff);
    expect(await update('The blue room', ['special_requests'])).toMatchObject({ specialRequests: 'The blue room' });
    expect(await update(null, [])).toMatchObject({ specialRequests: 'The blue room' });
    expect(await update(null, ['special_requests'])).toMatchObject({ specialRequests: null });
  });

  test('prepares payments up to what is missing, and discards them', async () => {
    const basket = await readyBasket(world, hourOf(7, 9));
    const basketId = basket.id;
    expect(basket).toMatchObject({
      payments: [{ amount: 8_000, status: 'PAYMENT_STATUS_PENDING' }],
      outstandingPaymentAmount: 8_000,
    });
    const more = world.baskets.createBasketPayment({ basketId, payment: { ...anyPayment, amount: 1 } }, world.staff);
    await expect(more).rejects.toMatchObject({ fields: { amount: expect.anything() } });
    const discarded = await world.baskets.deleteBasketPayment(
      { basketId, paymentId: basket.payments[0]?.id ?? '' },
      world.staff,
    );
    expect(discarded.payments).toEqual([]);
  });

  test('can be checked without being changed', async () => {
    const { id: basketId } = await openBasket(world);
    const empty = await world.baskets.actionCheckBasket({ basketId }, world.staff);
    expect(empty.validity).toMatchObject({
      valid: false,
      errors: [{ code: 'basket_empty' }, { code: 'customer_required' }],
    });
    const ready = await readyBasket(world, hourOf(7, 11));
    const checked = await world.baskets.actionCheckBasket({ basketId: ready.id }, world.staff);
    expect(checked).toMatchObject({ validity: { valid: true, errors: [] }, items: [{ validity: { valid: true } }] });
    expect(await world.baskets.getBasket({ basketId: ready.id }, world.staff)).toEqual(ready);
  });

  test('is reserved anew for its whole time', async () => {
    const basket = await readyBasket(world, hourOf(7, 13));
    await world.availabilitySql(
      `update bookings set expires_at = expires_at - interval '1 minute' where order_id = $1`,
      [basket.id],
    );
    const reserved = await world.baskets.actionReserveBasket({ basketId: basket.id }, world.staff);
    const until = Date.parse(reserved.itemsReservedUntil ?? '');
    expect(until).toBeGreaterThanOrEqual(Date.parse(basket.itemsReservedUntil ?? ''));
  });

  test('tells the checkout what it needs', async () => {
    const { id: basketId } = await readyBasket(world, hourOf(7, 15));
    expect(await world.baskets.getBasketCheckoutConfig({ basketId }, world.staff)).toMatchObject({
      processors: ['manual', 'partner'],
      submitPaymentAmount: 8_000,
    });
  });

  test('is not changed by staff of another site, and needs no permission for its own', async () => {
    const { id: basketId } = await openBasket(world);
    const customer = { ...noCustomer, firstName: 'Ada' };
    await expect(
      world.baskets.actionSetBasketCustomer({ basketId, customer }, strangerTo(world)),
    ).rejects.toMatchObject({ kind: 'not_found' });
    await expect(
      world.baskets.actionSetBasketCustomer({ basketId, customer }, staffWith(world, [])),
    ).resolves.toMatchObject({ firstName: 'Ada' });
  });
});
