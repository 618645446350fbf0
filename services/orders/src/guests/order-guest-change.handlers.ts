import type { Guest } from '@lido/proto/lido/orders/parts/v1/guest.ts';
import type {
  CreateOrderGuestRequest,
  OrderGuestIdRequest,
  UpdateOrderGuestRequest,
} from '@lido/proto/lido/orders/v1/order_guest.ts';
import { invalid, notFound, stateConflict } from '@lido/runtime/errors/refusal.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import { newShopId } from '@lido/runtime/service/ids.ts';
import { type Aggregate, linesOf } from '../orders/aggregate.ts';
import { changeOrderTo } from '../orders/change-order.handlers.ts';
import { requireUnfrozen } from '../orders/order.ts';
import { toGuest } from '../orders/part-messages.ts';
import { changedGuest, guestDetails } from './guest.ts';
import type { OrderGuestRow } from './order-guest.entity.ts';
import { createGuest, guestColumns } from './order-guest.repository.ts';

const guestsMax = 100;

/** Adds a guest to an order. */
export function createOrderGuest({ orderId, guest }: CreateOrderGuestRequest, call: Call): Promise<Guest> {
  return changeOrderTo(orderId, call, (aggregate, writer) => {
    requireUnfrozen(aggregate.order.status);
    if (aggregate.guests.length >= guestsMax)
      throw invalid({ guests: [`An order can have at most ${guestsMax} guests.`] });
    const details = guestDetails(guest ?? { id: '' });
    const row = createGuest(aggregate, newShopId(), details, writer);
    if (details.isLeadBooker) makeLead(aggregate, row);
    return (zone) => toGuest(row, zone);
  });
}

/** Changes the fields of a guest that the body carries. */
export function updateOrderGuest(
  { orderId, guestId, guest, updateMask }: UpdateOrderGuestRequest,
  call: Call,
): Promise<Guest> {
  return changeOrderTo(orderId, call, (aggregate, { nowMs, actor }) => {
    requireUnfrozen(aggregate.order.status);
    const row = requireGuest(aggregate, guestId);
    const details = changedGuest(toGuest(row, 'UTC'), guest ?? { id: '' }, updateMask ?? []);
    if (row.isLeadBooker && !details.isLeadBooker) {
      throw invalid({ is_lead_booker: ['Mark another guest as the lead booker instead.'] });
    }
    Object.assign(row, guestColumns(details), { updatedAt: new Date(nowMs), updatedBy: actor });
    if (details.isLeadBooker) makeLead(aggregate, row);
    return (zone) => toGuest(row, zone);
  });
}

/** Removes a guest whom no item names; the next in line becomes the lead booker. */
export function deleteOrderGuest({ orderId, guestId }: OrderGuestIdRequest, call: Call): Promise<object> {
  return changeOrderTo(orderId, call, (aggregate, { nowMs, actor }) => {
    requireUnfrozen(aggregate.order.status);
    const row = requireGuest(aggregate, guestId);
    if (linesOf(aggregate).some(({ guestIds }) => guestIds.includes(guestId))) {
      throw stateConflict('guest_is_booked', 'This guest takes part in something that is booked. Change that first.');
    }
    Object.assign(row, { deletedAt: new Date(nowMs), updatedAt: new Date(nowMs), updatedBy: actor });
    aggregate.guests = aggregate.guests.filter(({ id }) => id !== guestId);
    const [next] = aggregate.guests;
    if (row.isLeadBooker && next) makeLead(aggregate, next);
    return () => ({});
  });
}

function makeLead({ guests }: Aggregate, lead: OrderGuestRow): void {
  for (const guest of guests) guest.isLeadBooker = guest.id === lead.id;
}

function requireGuest({ guests }: Aggregate, id: string): OrderGuestRow {
  const guest = guests.find((candidate) => candidate.id === id);
  if (!guest) throw notFound(id);
  return guest;
}
