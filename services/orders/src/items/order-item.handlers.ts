import type { RequiredEntityData } from '@mikro-orm/core';
import type { HeldItem } from '@lido/proto/lido/availability/internal/v1/booking.ts';
import type { Guest } from '@lido/proto/lido/orders/parts/v1/guest.ts';
import type { OrderItemInput } from '@lido/proto/lido/orders/v1/order_item.ts';
import { invalid, notFound } from '@lido/runtime/errors/refusal.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import { newShopId } from '@lido/runtime/service/ids.ts';
import type { Bookings, HoldOptions, ItemToHold } from '../bookings/bookings.client.ts';
import { guestDetails } from '../guests/guest.ts';
import { createGuest } from '../guests/order-guest.repository.ts';
import { releaseLater } from '../bookings/release.repository.ts';
import { type Aggregate, nextPosition } from '../orders/aggregate.ts';
import { isOpen } from '../orders/order.ts';
import { newColumns, type Writer } from '../orders/order.repository.ts';
import { applyHold, applyWanted, bookedStatus, cancelItem, isBooked, touchItem, wantedOf } from './held-item.ts';
import { readItem, type WantedItem } from './item.ts';
import { OrderItemEntity, type OrderItemRow } from './order-item.entity.ts';

/** What changing an item needs beside the order. */
export interface ItemChange {
  bookings: Bookings;
  hold: HoldOptions;
  writer: Writer;
  zone: string;
}

/** How a caller's holds are made: guests on the shop, and partners for them, keep to what is offered online. */
export function holdOptions(
  { principal, requestId }: Pick<Call, 'principal' | 'requestId'>,
  skipRules: boolean,
): HoldOptions {
  const isOnline = principal.kind !== 'KIND_STAFF' && principal.kind !== 'KIND_SERVICE';
  return { requestId, isOnline, skipRules: skipRules && !isOnline };
}

/**
 * Holds the time of a new item and adds it; to an order that has been submitted, as booked. `itemId` is minted once per request, so that
 * a retry holds the same item.
 */
export async function addItem(
  aggregate: Aggregate,
  asked: { itemId: string; input: OrderItemInput },
  change: ItemChange,
): Promise<void> {
  const { order } = aggregate;
  const { writer, zone, hold } = change;
  const guestIds = aggregate.guests.map(({ id }) => id);
  const { wanted, newGuests } = readItem(asked.input, { zone, guestIds });
  addGuests(aggregate, wanted, newGuests, writer);
  const isBookedAtOnce = !isOpen(order.status);
  const [held] = await change.bookings.hold(order, [{ id: asked.itemId, wanted, isBooked: isBookedAtOnce }], hold);
  createItem(aggregate, { itemId: asked.itemId, wanted, held }, change);
}

/** Adds an item that has been held to the order; to one that has been submitted, as booked. */
export function createItem(
  aggregate: Aggregate,
  { itemId, wanted, held }: { itemId: string; wanted: WantedItem; held: HeldItem | undefined },
  { writer, hold, zone }: ItemChange,
): OrderItemRow {
  const { order } = aggregate;
  const item = writer.em.create(OrderItemEntity, {
    ...newColumns(itemId, order.organisationId, writer),
    orderId: order.id,
    position: nextPosition(aggregate),
    status: 'ORDER_ITEM_STATUS_RESERVED',
    offeringName: '',
    bookingRevision: 0,
    discountMinor: 0,
    taxPercent: 0,
    addedByCustomer: hold.isOnline,
    packagePriceChangeMinor: 0,
  } as unknown as RequiredEntityData<OrderItemRow>);
  applyWanted(item, wanted);
  applyHold(item, heldOr(held), zone);
  if (!isOpen(order.status)) item.status = bookedStatus(item);
  aggregate.items.push(item);
  return item;
}

/** Moves an item to what a request says of it: the old time is kept unless the new one is granted. */
export async function changeItem(
  aggregate: Aggregate,
  asked: { itemId: string; input: OrderItemInput; mask: readonly string[] },
  change: ItemChange,
): Promise<void> {
  const { writer, zone } = change;
  const item = requireItem(aggregate, asked.itemId);
  const guestIds = aggregate.guests.map(({ id }) => id);
  const { wanted, newGuests } = readItem(asked.input, { zone, guestIds, current: wantedOf(item), mask: asked.mask });
  addGuests(aggregate, wanted, newGuests, writer);
  const [held] = await change.bookings.hold(aggregate.order, [toHold(item, wanted)], change.hold);
  applyWanted(item, wanted);
  applyChange(item, held, change);
}

/** Holds several items anew after their guests have changed, all or none. */
export async function holdAgain(
  aggregate: Aggregate,
  items: readonly OrderItemRow[],
  change: ItemChange,
): Promise<void> {
  if (items.length === 0) return;
  const wanted = items.map((item) => toHold(item, wantedOf(item)));
  const held = await change.bookings.hold(aggregate.order, wanted, change.hold);
  for (const item of items) {
    applyChange(
      item,
      held.find(({ itemId }) => itemId === item.id),
      change,
    );
  }
}

/**
 * Takes items out of what the order is worth. In a basket they give their time back and are gone; in an order they are kept as cancelled,
 * and their time is given back by work that a crash can not lose.
 */
export async function takeOut(
  aggregate: Aggregate,
  items: readonly OrderItemRow[],
  { bookings, hold, writer }: ItemChange,
): Promise<void> {
  const { order } = aggregate;
  const live = items.filter(({ status }) => status !== 'ORDER_ITEM_STATUS_CANCELLED');
  const ids = live.map(({ id }) => id);
  if (ids.length === 0) return;
  if (!isOpen(order.status)) {
    for (const item of live) cancelItem(item, writer);
    return releaseLater(writer.em, order, ids, hold.requestId);
  }
  await bookings.release(order, ids, hold);
  for (const item of live) {
    item.deletedAt = new Date(writer.nowMs);
    touchItem(item, writer);
  }
  aggregate.items = aggregate.items.filter(({ id }) => !ids.includes(id));
}

/** What is booked stays so while it moves; whether it waits then, the new time decides. */
export function applyChange(item: OrderItemRow, held: HeldItem | undefined, { zone, writer }: ItemChange): void {
  applyHold(item, heldOr(held), zone);
  if (isBooked(item)) item.status = bookedStatus(item);
  touchItem(item, writer);
}

/** An item that is held for what it wants. */
export function toHold(item: OrderItemRow, wanted: WantedItem): ItemToHold {
  const { id } = item;
  return { id, wanted, isBooked: isBooked(item) };
}

/** The item by itself with an id, or its 404. */
export function requireItem({ items }: Aggregate, id: string): OrderItemRow {
  const item = items.find((candidate) => candidate.id === id && !candidate.packageLineId);
  if (!item) throw notFound(id);
  return item;
}

/** Adds guests to the order and to what they are for. */
export function addGuests(
  aggregate: Aggregate,
  wanted: Pick<WantedItem, 'guestIds'>,
  newGuests: readonly Guest[],
  writer: Writer,
): void {
  if (aggregate.guests.length + newGuests.length > guestsMax) {
    throw invalid({ guests: [`An order can have at most ${guestsMax} guests.`] });
  }
  for (const guest of newGuests) {
    const id = newShopId();
    createGuest(aggregate, id, guestDetails(guest), writer);
    wanted.guestIds.push(id);
  }
}

const guestsMax = 100;

function heldOr(held: HeldItem | undefined): HeldItem {
  if (!held) throw new Error('Availability answered without the item it was asked to hold.');
  return held;
}
