import type { Guest } from '@lido/proto/lido/orders/parts/v1/guest.ts';
import type { ListOrderGuestsResponse, OrderGuestServiceService } from '@lido/proto/lido/orders/v1/order_guest.ts';
import type { OrderIdRequest } from '@lido/proto/lido/orders/v1/order.ts';
import type { Call, Handlers } from '@lido/runtime/grpc/call.ts';
import { newShopId } from '@lido/runtime/service/ids.ts';
import { holdAgain, type ItemChange } from '../items/order-item.handlers.ts';
import type { OrderItemRow } from '../items/order-item.entity.ts';
import { type Aggregate, isPackage, linesOf } from '../orders/aggregate.ts';
import { findOrder, zoneOf } from '../orders/order.repository.ts';
import { toGuest } from '../orders/part-messages.ts';
import { endFollowing, followGuests, type Following } from '../packages/package-line.handlers.ts';
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
  const loses = ({ guestIds }: Attended): boolean => guestIds.some((id) => !kept.has(id));
  const affected = linesOf(aggregate).filter(loses);
  const alone = affected.filter((line): line is OrderItemRow => !isPackage(line));
  for (const item of alone) Object.assign(item, partyOf(item, kept));
  const following: Following[] = [];
  for (const line of affected.filter(isPackage)) {
    following.push(await followGuests(aggregate, line, partyOf(line, kept), change));
  }
  await holdAgain(aggregate, [...alone, ...following.flatMap(({ staying }) => staying)], change);
  for (const one of following) await endFollowing(aggregate, one, change);
}

type Attended = Pick<OrderItemRow, 'quantity' | 'guestIds'>;

/** Whom a line is for when only some guests are kept. */
function partyOf({ quantity, guestIds }: Attended, kept: ReadonlySet<string>): Attended {
  const left = guestIds.filter((id) => kept.has(id));
  return { quantity: Math.max(1, quantity - (guestIds.length - left.length)), guestIds: left };
}
