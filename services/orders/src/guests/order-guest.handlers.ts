import type { Guest } from '@lido/proto/lido/orders/parts/v1/guest.ts';
import type { ListOrderGuestsResponse, OrderGuestServiceService } from '@lido/proto/lido/orders/v1/order_guest.ts';
import type { OrderIdRequest } from '@lido/proto/lido/orders/v1/order.ts';
import type { Call, Handlers } from '@lido/runtime/grpc/call.ts';
import { newShopId } from '@lido/runtime/service/ids.ts';
import { holdAgain, type ItemChange } from '../items/order-item.handlers.ts';
import { type Aggregate, liveItems } from '../orders/aggregate.ts';
import { findOrder, zoneOf } from '../orders/order.repository.ts';
import { toGuest } from '../orders/part-messages.ts';
import { replaceGuests } from './guest.ts';
import { createOrderGuest, deleteOrderGuest, updateOrderGuest } from './order-guest-change.handlers.ts';
import { createGuest, guestColumns } from './order-guest.repository.ts';

/** The rpcs of an order's guests. */
export const orderGuestHandlers = {
  listOrderGuests,
  createOrderGuest,
  updateOrderGuest,
  deleteOrderGuest,
} satisfies Handlers<typeof OrderGuestServiceService>;

async function listOrderGuests({ orderId }: OrderIdRequest, call: Call): Promise<ListOrderGuestsResponse> {
  const { order, guests } = await findOrder(call, orderId);
  const zone = await zoneOf(call.em, order);
  const leadFirst = guests.toSorted((a, b) => Number(b.isLeadBooker) - Number(a.isLeadBooker));
  return { data: leadFirst.map((guest) => toGuest(guest, zone)) };
}

/** Makes the order's guests those of a list. Items lose the guests that go, and what they hold follows, all or none. */
export async function replaceOrderGuests(
  aggregate: Aggregate,
  given: readonly Guest[],
  change: ItemChange,
): Promise<void> {
  const { writer } = change;
  const former = aggregate.guests;
  const changes = replaceGuests(given, former);
  aggregate.guests = [];
  changes.forEach((details, position) => {
    const row = former.find(({ id }) => id === details.id) ?? createGuest(aggregate, newShopId(), details, writer);
    Object.assign(row, guestColumns(details), { position, updatedAt: new Date(writer.nowMs), updatedBy: writer.actor });
    if (!aggregate.guests.includes(row)) aggregate.guests.push(row);
  });
  const kept = new Set(aggregate.guests.map(({ id }) => id));
  for (const guest of former) if (!kept.has(guest.id)) guest.deletedAt = new Date(writer.nowMs);
  const affected = liveItems(aggregate).filter(({ guestIds }) => guestIds.some((id) => !kept.has(id)));
  for (const item of affected) {
    const guestIds = item.guestIds.filter((id) => kept.has(id));
    item.quantity = Math.max(1, item.quantity - (item.guestIds.length - guestIds.length));
    item.guestIds = guestIds;
  }
  await holdAgain(aggregate, affected, change);
}
