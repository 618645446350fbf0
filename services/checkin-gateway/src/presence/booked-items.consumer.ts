import { CheckIn } from '@lido/proto/lido/checkin/v1/check_in.ts';
import { Order } from '@lido/proto/lido/orders/v1/order.ts';
import type { EventHandler, Subscription } from '@lido/runtime/events/consumer.ts';
import { writeEvent } from '@lido/runtime/events/outbox.ts';
import { parseInstant } from '@lido/runtime/time/zone.ts';
import { findPolicy } from '../visits/policy.repository.ts';
import { findAwaited, keepBookedItems } from './booked-items.repository.ts';
import { arrivalEvent } from './presence-events.ts';

/** Which bookables are booked when and by whom. */
export function bookedItemsSubscription(): Subscription {
  return {
    name: 'checkin-booked-items-from-orders',
    source: 'orders',
    mode: 'projection',
    handlers: {
      'lido.orders.order.saved': projectOrder,
      'lido.orders.order.submitted': projectOrder,
      'lido.orders.order.cancelled': projectOrder,
    },
  };
}

const projectOrder: EventHandler = (event, { em }) =>
  keepBookedItems(em, { ...Order.decode(event.payload), organisationId: event.organisationId });

/** Whoever arrives at a site, whichever way that was noticed, has come for what they have booked there about then. */
export function arrivalsSubscription(): Subscription {
  return {
    name: 'checkin-from-checkin',
    source: 'checkin',
    mode: 'effect',
    handlers: { 'lido.checkin.check_in.created': noteArrivals },
  };
}

const noteArrivals: EventHandler = async (event, { em, origin }) => {
  const { customer, siteId, checkedInAt } = CheckIn.decode(event.payload);
  const { organisationId } = event;
  const atMs = parseInstant(checkedInAt ?? '');
  if (!customer || atMs === undefined) return;
  const visit = { organisationId, siteId, customerId: customer.id, atMs };
  const { bookingEarlyMinutes } = await findPolicy(em, siteId);
  for (const booking of await findAwaited(em, visit, bookingEarlyMinutes)) {
    await writeEvent(em, arrivalEvent(booking, { organisationId, siteId, at: new Date(atMs) }), origin);
  }
};
