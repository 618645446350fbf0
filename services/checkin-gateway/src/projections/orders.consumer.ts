import { Order } from '@lido/proto/lido/orders/v1/order.ts';
import type { EventHandler, Subscription } from '@lido/runtime/events/consumer.ts';
import { noteLag } from './lag.repository.ts';
import { bookingsOf } from './bookings.ts';

/** Who has booked what for when; an order that is not submitted any more leaves nothing. */
export function ordersSubscription(): Subscription {
  const handler = noteLag('orders', projectOrder);
  return {
    name: 'checkin-from-orders',
    source: 'orders',
    mode: 'projection',
    handlers: {
      'lido.orders.order.saved': handler,
      'lido.orders.order.submitted': handler,
      'lido.orders.order.cancelled': handler,
    },
  };
}

const projectOrder: EventHandler = async (event, { em }) => {
  const order = Order.decode(event.payload);
  await em.execute('delete from known_bookings where order_id = ?', [order.id], 'run');
  for (const booking of bookingsOf(order)) {
    await em.execute(
      `insert into known_bookings (id, order_id, organisation_id, customer_id, site_id, starts_at, ends_at)
       values (?, ?, ?, ?, ?, ?, ?)`,
      [
        ...[booking.id, order.id, event.organisationId, booking.customerId, order.siteId],
        ...[new Date(booking.startMs), new Date(booking.endMs)],
      ],
      'run',
    );
  }
};
