import type { BookedItem, OrderBookingServiceService } from '@lido/proto/lido/orders/internal/v1/order.ts';
import { orUndefined } from '@lido/runtime/errors/refusal.ts';
import type { Peer } from '@lido/runtime/grpc/client.ts';
import { type Asking, callerIn } from './bookables.client.ts';

/** Booked items of orders, as they are at this moment. */
export interface BookedItems {
  /** Of the organisation; undefined when there is none. Throws unavailable when orders can not be asked in time. */
  find(itemId: string, asking: Asking): Promise<BookedItem | undefined>;
}

const deadlineMs = 2_000;

/** Asks orders. */
export function bookedItemsFrom(orders: Peer<typeof OrderBookingServiceService>): BookedItems {
  return { find: (itemId, asking) => orUndefined(orders.findBookedItem({ itemId }, callerIn(asking), { deadlineMs })) };
}
