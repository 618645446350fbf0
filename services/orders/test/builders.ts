import type {
  ActionSetBasketCustomerRequest,
  Basket,
  CreateBasketPaymentRequest,
} from '@lido/proto/lido/orders/v1/basket.ts';
import type { ListOrdersRequest } from '@lido/proto/lido/orders/v1/order.ts';
import type { OrderItemInput } from '@lido/proto/lido/orders/v1/order_item.ts';
import type { Caller } from '@lido/runtime/grpc/client.ts';
import type { World } from './world.ts';

/** An item's body, as a client would send it. */
export function item(fields: Partial<OrderItemInput>): OrderItemInput {
  return { guests: [], guestIds: [], practitionerIds: [], itemConfiguration: null, ...fields };
}

/** A massage at an instant. */
export function massage({ offerings }: World, time: string, fields: Partial<OrderItemInput> = {}): OrderItemInput {
  return item({ offeringType: 'appointment', offeringId: offerings.massageId, time, ...fields });
}

/** A customer's body that names nobody. */
export const noCustomer: NonNullable<ActionSetBasketCustomerRequest['customer']> = {
  labels: [],
  lastCheckIn: null,
  avatar: null,
};

/** A payment's body that leaves all to the service. */
export const anyPayment: NonNullable<CreateBasketPaymentRequest['payment']> = { processorData: null };

/** A list request that filters nothing but by the given. */
export function anyOrders(fields: Partial<ListOrdersRequest> = {}): ListOrdersRequest {
  return {
    status: [],
    labels: [],
    itemOfferingId: [],
    submittedById: [],
    itemStatus: [],
    salesChannel: [],
    siteId: [],
    ...fields,
  };
}

/** An empty basket. */
export function openBasket(world: World, caller: Caller = world.staff): Promise<Basket> {
  return world.baskets.createBasket({ siteId: world.siteId }, caller);
}

/** A basket with one massage, somebody who books it, and a payment that covers it. */
export async function readyBasket(world: World, time: string, caller: Caller = world.staff): Promise<Basket> {
  const { id: basketId } = await openBasket(world, caller);
  await world.baskets.createBasketItem({ basketId, item: massage(world, time) }, caller);
  await world.baskets.actionSetBasketCustomer(
    { basketId, customer: { ...noCustomer, firstName: 'Ada', lastName: 'Byron' } },
    caller,
  );
  await world.baskets.createBasketPayment({ basketId, payment: anyPayment }, caller);
  return world.baskets.getBasket({ basketId }, caller);
}

/** The states of what availability keeps for an order, by item. */
export async function bookingStates(world: World, orderId: string): Promise<string[]> {
  const rows = await world.availabilitySql<{ status: string }>(
    'select status from bookings where order_id = $1 order by item_id',
    [orderId],
  );
  return rows.map(({ status }) => status);
}

/** How many events of a type the orders service has told of an order. */
export async function countEvents(world: World, orderId: string, type: string): Promise<number> {
  const rows = await world.sql<{ id: string }>('select id from outbox where aggregate_id = $1 and type = $2', [
    orderId,
    type,
  ]);
  return rows.length;
}

/** Makes every lease of the orders service lapse at once. */
export async function letLeasesLapse(world: World): Promise<void> {
  await world.sql(`update lido_clock set shift = shift + interval '2 minutes'`);
}

/** Lets an order's holds lapse now, as time would; availability reads its claims anew when it starts. */
export async function lapse(world: World, orderId: string): Promise<void> {
  const past = `expires_at = lido_now() - interval '1 second'`;
  const bookings = 'select id from bookings where order_id = $1';
  await world.availabilitySql(`update claims set ${past} where booking_id in (${bookings})`, [orderId]);
  await world.availabilitySql(`update session_seats set ${past} where order_id = $1`, [orderId]);
  await world.availabilitySql(`update bookings set ${past} where order_id = $1`, [orderId]);
  await world.stopAvailability();
  await world.startAvailability();
}
