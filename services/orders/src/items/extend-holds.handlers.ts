import type { Asking, Bookings } from '../bookings/bookings.client.ts';
import { type Aggregate, liveItems } from '../orders/aggregate.ts';
import { applyBooking } from './held-item.ts';

/** Holds all that an order has for longer and notes until when; `holdMinutes` 0 takes the site's. */
export async function extendHolds(
  aggregate: Aggregate,
  holdMinutes: number,
  { bookings, asking, zone }: { bookings: Bookings; asking: Asking; zone: string },
): Promise<void> {
  const items = liveItems(aggregate);
  if (items.length === 0) return;
  const wanted = { skipRules: false, holdMinutes, itemIds: items.map(({ id }) => id) };
  const held = await bookings.extend(aggregate.order, wanted, asking);
  for (const item of items) {
    const answer = held.find(({ itemId }) => itemId === item.id);
    if (answer) applyBooking(item, answer, zone);
  }
}
