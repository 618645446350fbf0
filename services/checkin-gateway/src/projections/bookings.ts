import type { Order } from '@lido/proto/lido/orders/v1/order.ts';
import { bookedStretches } from '../presence/booked-item.ts';

/** One person's booked stretch of time, in epoch milliseconds. */
export interface ProjectedBooking {
  readonly id: string;
  readonly customerId: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** What an order lets its customer and its known guests in for; nothing unless it is submitted or settled. */
export function bookingsOf(order: Order): ProjectedBooking[] {
  return bookedStretches(order).flatMap(({ itemId, customerIds, startMs, endMs }) =>
    customerIds.map((customerId) => ({ id: `${itemId} ${customerId}`, customerId, startMs, endMs })),
  );
}
