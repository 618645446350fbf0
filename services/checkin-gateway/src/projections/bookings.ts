import type { Order } from '@lido/proto/lido/orders/v1/order.ts';
import { parseInstant } from '@lido/runtime/time/zone.ts';

/** One person's booked stretch of time, in epoch milliseconds. */
export interface ProjectedBooking {
  readonly id: string;
  readonly customerId: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** What an order lets its customer and its known guests in for; nothing unless it is submitted or settled. */
export function bookingsOf(order: Order): ProjectedBooking[] {
  if (order.status !== 'ORDER_STATUS_SUBMITTED' && order.status !== 'ORDER_STATUS_SETTLED') return [];
  return order.bookingItems.flatMap((item) => {
    const startMs = parseInstant(item.bookingSummary?.startTime ?? '');
    const endMs = parseInstant(item.bookingSummary?.endTime ?? '');
    const isHeld = item.status === 'ORDER_ITEM_STATUS_RESERVED' || item.status === 'ORDER_ITEM_STATUS_CONFIRMED';
    if (!isHeld || startMs === undefined || endMs === undefined) return [];
    const people = [order.customerId, item.guest?.customerId, ...item.guests.map((guest) => guest.customerId)];
    const customerIds = new Set(people.map((id) => id ?? '').filter((id) => id !== ''));
    return [...customerIds].map((customerId) => ({ id: `${item.id} ${customerId}`, customerId, startMs, endMs }));
  });
}
