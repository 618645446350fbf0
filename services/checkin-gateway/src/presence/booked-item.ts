import type { Order } from '@lido/proto/lido/orders/v1/order.ts';
import { parseInstant } from '@lido/runtime/time/zone.ts';

/** What an item of an order has booked, for whom. */
export interface BookedStretch {
  readonly itemId: string;
  readonly customerIds: readonly string[];
  /** Its room, areas and session. */
  readonly bookableIds: readonly string[];
  readonly startMs: number;
  readonly endMs: number;
}

/** What an order has booked; nothing unless it is submitted or settled. */
export function bookedStretches(order: Order): BookedStretch[] {
  if (order.status !== 'ORDER_STATUS_SUBMITTED' && order.status !== 'ORDER_STATUS_SETTLED') return [];
  const items = [...order.bookingItems, ...order.packageItems.flatMap(({ packageItems }) => packageItems)];
  return items.flatMap((item) => {
    const { startTime = '', endTime = '', roomId, areaIds = [], sessionId } = item.bookingSummary ?? {};
    const [startMs, endMs] = [parseInstant(startTime), parseInstant(endTime)];
    const isHeld = item.status === 'ORDER_ITEM_STATUS_RESERVED' || item.status === 'ORDER_ITEM_STATUS_CONFIRMED';
    if (!isHeld || startMs === undefined || endMs === undefined) return [];
    const people = [order.customerId, ...item.guests.map((guest) => guest.customerId)];
    const known = (ids: (string | null | undefined)[]): string[] => [...new Set(ids.flatMap((id) => id || []))];
    const bookableIds = known([roomId, sessionId, ...areaIds]);
    return [{ itemId: item.id, customerIds: known(people), bookableIds, startMs, endMs }];
  });
}
