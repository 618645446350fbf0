import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { CustomerLabelServiceService, LabelServiceService } from '@lido/proto/lido/customers/v1/label.ts';
import { OrderDirectoryServiceService } from '@lido/proto/lido/orders/internal/v1/order.ts';
import { type Database, openDatabase } from '@lido/runtime/db/database.ts';
import { peerOf, type RawClient } from '@lido/runtime/grpc/client.ts';
import { servicePrincipal } from '@lido/runtime/grpc/principal.ts';
import { startTelemetry, type Telemetry } from '@lido/runtime/telemetry/telemetry.ts';
import { massage, noCustomer, openBasket, readyBasket } from '../../orders/test/builders.ts';
import { hourOf } from '../../orders/test/offerings.ts';
import { startWorld, type World } from '../../orders/test/world.ts';
import type { OrderCard } from '../src/order-cards/order-card.ts';
import { keepOrderCard, orderCards, rebuildOrderCards } from '../src/order-cards/order-card.repository.ts';
import { connectTo } from '../../../test/support/clients.ts';

let world: World;
let db: Database;
let telemetry: Telemetry;
let client: RawClient;
let customersClient: RawClient;

beforeAll(async () => {
  world = await startWorld();
  telemetry = startTelemetry({ service: 'test', logLevel: 'silent' });
  db = await openDatabase({ url: world.availabilityDatabase, entities: [], migrations: [], telemetry });
  client = connectTo(world.ordersAddress, { name: 'orders', telemetry });
  customersClient = connectTo(world.customersAddress, { name: 'customers', telemetry });
});
afterAll(async () => {
  client.close();
  customersClient.close();
  await db.stop();
  await telemetry.stop();
  await world.stop();
});

const blankNote = { id: '', orderId: '', content: 'Likes it warm', createdBy: null, createdById: '', createdAt: '' };
const cardOfOrder = async (orderId: string): Promise<OrderCard | undefined> =>
  (await orderCards(db.fork(), [orderId])).get(orderId);
const waitForCard = (orderId: string, expected: object): Promise<void> =>
  vi.waitFor(async () => expect(await cardOfOrder(orderId)).toMatchObject(expected), { timeout: 20_000, interval: 30 });
const newCustomer = (firstName: string) =>
  world.customers.createCustomer(
    {
      siteId: world.siteId,
      firstName,
      lastName: 'Byron',
      email: `${firstName}@example.com`,
      marketingPreferenceIds: [],
    },
    world.staff,
  );

describe('the card of an order', () => {
  test('follows it from basket to check-out, with its items, guests, notes and money', async () => {
    const { id, orderRef, items } = await readyBasket(world, hourOf(1, 9));
    await waitForCard(id, {
      ...{ orderRef, siteId: world.siteId, status: 'ORDER_STATUS_IN_PROGRESS', stage: 'ORDER_STAGE_NOT_ARRIVED' },
      ...{ firstName: 'Ada', lastName: 'Byron', fullName: 'Ada Byron', customer: null, submittedAt: null },
      items: [{ id: items[0]?.id, netTotal: 8_000, status: 'ORDER_ITEM_STATUS_RESERVED' }],
      isLocked: false,
    });
    await world.baskets.updateBasket(
      { basketId: id, basket: { specialRequests: 'A window, please' }, updateMask: ['special_requests'] },
      world.staff,
    );
    await world.orders.actionSubmitOrder({ orderId: id }, world.staff);
    await waitForCard(id, { status: 'ORDER_STATUS_SUBMITTED', paymentTotals: { paid: 8_000, unpaid: 0 } });
    await world.notes.createOrderNote({ orderId: id, note: blankNote }, world.staff);
    await world.orders.actionLockOrder({ orderId: id }, world.staff);
    await waitForCard(id, {
      ...{ isLocked: true, specialRequests: 'A window, please', notes: [{ content: 'Likes it warm' }] },
      ...{ submittedAt: expect.any(String), items: [{ status: 'ORDER_ITEM_STATUS_CONFIRMED' }] },
    });
    await world.orders.actionUnlockOrder({ orderId: id }, world.staff);
    await world.orders.actionSettleOrder({ orderId: id }, world.staff);
    await waitForCard(id, { status: 'ORDER_STATUS_SETTLED', stage: 'ORDER_STAGE_CHECKED_OUT', isLocked: false });
  });

  test('shows the customer as they are called now, with their labels', async () => {
    const customer = await newCustomer('Ida');
    const order = await world.orders.createOrder(
      { siteId: world.siteId, status: 'ORDER_STATUS_UNSPECIFIED', customerId: customer.id },
      world.staff,
    );
    await waitForCard(order.id, { firstName: 'Ida', customer: { id: customer.id, fullName: 'Ida Byron', labels: [] } });
    await world.customers.updateCustomer(
      { id: customer.id, customer: { firstName: 'Ina' }, updateMask: ['first_name'] },
      world.staff,
    );
    const label = await peerOf(LabelServiceService, customersClient).createLabel(
      { id: '', organisationId: '', value: 'VIP', colour: 'ff8800', createdAt: '', updatedAt: '' },
      world.staff,
    );
    await peerOf(CustomerLabelServiceService, customersClient).attachCustomerLabels(
      { parentId: customer.id, labels: [label.id] },
      world.staff,
    );
    await waitForCard(order.id, {
      firstName: 'Ida',
      customer: { fullName: 'Ina Byron', labels: [{ id: label.id, value: 'VIP', colour: 'ff8800' }] },
    });
  });

  test('is asked for in one query, however many orders there are, and unknown orders have none', async () => {
    const { id } = await openBasket(world);
    await waitForCard(id, { orderId: id });
    const em = db.fork();
    const queries = vi.spyOn(em, 'execute');
    const cards = await orderCards(em, [id, id, 'nothing', "it's"]);
    expect([...cards.keys()]).toEqual([id]);
    expect(queries).toHaveBeenCalledTimes(1);
    expect(await orderCards(em, [])).toEqual(new Map());
  });

  test('never goes back to an older version', async () => {
    const { id } = await openBasket(world);
    const order = await world.orders.getOrder({ orderId: id }, world.staff);
    await waitForCard(id, { orderId: id });
    await keepOrderCard(db.fork(), { ...order, orderRef: 'NEW' }, 1_000);
    await keepOrderCard(db.fork(), { ...order, orderRef: 'OLD' }, 999);
    expect(await cardOfOrder(id)).toMatchObject({ orderRef: 'NEW' });
  });
});

test('a customer whose data is erased vanishes from their orders and from the cards', async () => {
  const customer = await newCustomer('Mara');
  const { id: basketId } = await openBasket(world);
  await world.baskets.actionUpdateBasketGuests(
    {
      basketId,
      guests: [
        { id: '', name: 'Mara Byron', isLeadBooker: true },
        { id: '', name: 'Bo Friend' },
      ],
    },
    world.staff,
  );
  await world.baskets.createBasketItem({ basketId, item: massage(world, hourOf(2, 9)) }, world.staff);
  await world.baskets.actionSetBasketCustomer({ basketId, customer: { ...noCustomer, id: customer.id } }, world.staff);
  await world.baskets.updateBasket(
    { basketId, basket: { specialRequests: 'For my back' }, updateMask: ['special_requests'] },
    world.staff,
  );
  await world.notes.createOrderNote({ orderId: basketId, note: blankNote }, world.staff);
  await waitForCard(basketId, { customer: { firstName: 'Mara' }, notes: [expect.anything()] });

  await world.customers.deleteCustomer({ id: customer.id }, world.staff);
  const nameless = { firstName: null, lastName: null, fullName: null, email: null, phone: null };
  await waitForCard(basketId, { ...nameless, customer: { id: customer.id, ...nameless, labels: [] } });
  const card = await cardOfOrder(basketId);
  expect(card).toMatchObject({ specialRequests: null, notes: [], items: [{ price: 8_000 }] });
  expect(card?.guests.map(({ name }) => name ?? null)).toEqual([null, 'Bo Friend']);
  expect(JSON.stringify(card)).not.toContain('Mara');
  expect(await world.orders.getOrder({ orderId: basketId }, world.staff)).toMatchObject({
    ...{ firstName: null, lastName: null, email: null, specialRequests: null, orderNotes: [] },
  });
});

test('cards are rebuilt from orders, several pages of them, as they were', async () => {
  for (let count = 0; count < 60; count++) await openBasket(world);
  const orders = await world.sql<{ id: string; version: string }>(
    'select o.id, v.version from orders o join aggregate_versions v on v.aggregate_id = o.id order by o.id',
  );
  const ids = orders.map(({ id }) => id);
  const versions = () =>
    world.availabilitySql<{ id: string; version: string }>(
      'select order_id as id, version from order_cards order by order_id',
    );
  await world.availabilitySql('delete from order_card_items');
  await world.availabilitySql('delete from order_cards where version >= 999');
  await vi.waitFor(async () => expect(await versions()).toEqual(expect.arrayContaining(orders.slice(-60))), {
    timeout: 20_000,
  });
  const before = await orderCards(db.fork(), ids);
  await world.availabilitySql('delete from order_card_items');
  await world.availabilitySql('delete from order_cards');
  const caller = { principal: servicePrincipal('availability', ''), requestId: 'rebuild' };
  const count = await rebuildOrderCards(db, peerOf(OrderDirectoryServiceService, client), caller);
  expect(count).toBe(ids.length);
  expect(await versions()).toEqual(orders);
  const after = await orderCards(db.fork(), ids);
  for (const [id, card] of before) expect(after.get(id)).toEqual(card);
});
