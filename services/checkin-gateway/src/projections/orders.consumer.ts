import { Order } from '@lido/proto/lido/orders/v1/order.ts';
import type { EventHandler, Subscription } from '@lido/runtime/events/consumer.ts';
import { keepBookings } from './keep.repository.ts';

const projectOrder: EventHandler = (event, { em }) =>
  keepBookings(em, { ...Order.decode(event.payload), organisationId: event.organisationId });

/** Who has booked what for when; an order that is not submitted any more leaves nothing. */
export const ordersSubscription: Subscription = {
  name: 'checkin-from-orders',
  source: 'orders',
  mode: 'projection',
  handlers: {
    'lido.orders.order.saved': projectOrder,
    'lido.orders.order.submitted': projectOrder,
    'lido.orders.order.cancelled': projectOrder,
  },
};
