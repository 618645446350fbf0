import type { BookedItem } from '@lido/proto/lido/orders/internal/v1/order.ts';
import { parseInstant } from '@lido/runtime/time/zone.ts';
import type { OrderItemRow } from '../items/order-item.entity.ts';
import { type Aggregate, moneyOf } from '../orders/aggregate.ts';

/** An item as the door needs it. Only what a submitted or settled order holds is there to be attended. */
export function toBookedItem(aggregate: Aggregate, item: OrderItemRow): BookedItem {
  const { order, guests } = aggregate;
  const isStanding = order.status === 'ORDER_STATUS_SUBMITTED' || order.status === 'ORDER_STATUS_SETTLED';
  const isHeld = item.status === 'ORDER_ITEM_STATUS_RESERVED' || item.status === 'ORDER_ITEM_STATUS_CONFIRMED';
  const ofItem = guests.filter(({ id }) => item.guestIds.includes(id)).map(({ customerId }) => customerId);
  const customerIds = new Set([order.customerId, ...ofItem].flatMap((id) => id ?? []));
  const startsAtMs = parseInstant(item.bookingSummary.startTime) ?? item.startTime.getTime();
  return {
    itemId: item.id,
    orderId: order.id,
    siteId: order.siteId,
    customerIds: [...customerIds],
    isHeld: isStanding && isHeld,
    startsAtMs,
    endsAtMs: parseInstant(item.bookingSummary.endTime) ?? startsAtMs + item.durationMinutes * 60_000,
    unpaidMinor: Math.max(0, moneyOf(aggregate).payments.unpaidMinor),
    currency: order.currency,
  };
}
