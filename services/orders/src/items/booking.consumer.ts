import { LockMode } from '@mikro-orm/core';
import { ChangedBooking, type HeldItem } from '@lido/proto/lido/availability/internal/v1/booking.ts';
import type { EventHandler, Subscription } from '@lido/runtime/events/consumer.ts';
import { writeEvent } from '@lido/runtime/events/outbox.ts';
import type { Clock } from '@lido/runtime/service/clock.ts';
import { isOpen } from '../orders/order.ts';
import { OrderEntity } from '../orders/order.entity.ts';
import { aggregateOf, saveOrder, type Writer, zoneOf } from '../orders/order.repository.ts';
import { releaseLater } from '../bookings/release.repository.ts';
import { applyBooking, applyHold, bookedStatus, touchItem } from './held-item.ts';
import { OrderItemEntity, type OrderItemRow } from './order-item.entity.ts';

/** What becomes of bookings without their orders having asked: their items follow, and the orders tell of it. */
export function bookingSubscription(clock: Clock): Subscription {
  return {
    name: 'orders-from-availability',
    source: 'availability',
    mode: 'effect',
    handlers: {
      'lido.availability.booking.moved': follow(clock, move),
      'lido.availability.booking.placed': followPlaced(clock),
      'lido.availability.booking.promoted': follow(clock, promote),
      'lido.availability.booking.cancelled': follow(clock, cancel),
    },
  };
}

type Change = (item: OrderItemRow, held: HeldItem, zone: string, changed: ChangedBooking) => void;

/** Where staff have put an item by name, it asks for that from now on, and costs what was agreed then. */
function move(item: OrderItemRow, held: HeldItem, zone: string, { assigned }: ChangedBooking): void {
  if (!assigned) {
    applyBooking(item, held, zone);
  } else if (held.revision > item.bookingRevision) {
    applyHold(item, held, zone);
    item.practitionerIds = assigned.practitionerIds;
    item.roomId = assigned.roomId ?? null;
  }
}

function place(item: OrderItemRow, held: HeldItem, zone: string): void {
  applyHold(item, held, zone);
  const { offering } = held.bookingSummary ?? {};
  if (!offering) return;
  item.offeringType = offering.type;
  item.offeringId = offering.id;
  item.offeringName = offering.name;
}

/** A place for one who waited is due from now on. While the submit is still under way, it is the submit that ends it. */
function promote(item: OrderItemRow, held: HeldItem, zone: string): void {
  applyHold(item, held, zone);
  if (item.status === 'ORDER_ITEM_STATUS_WAITLISTED') item.status = bookedStatus(item);
}

function cancel(item: OrderItemRow, held: HeldItem, zone: string): void {
  applyBooking(item, held, zone);
  item.status = 'ORDER_ITEM_STATUS_CANCELLED';
}

/**
 * What an order asked for is known to it, unless it crashed before that was saved. Then its item follows; and where there is none, the
 * time is given back, because nobody else ever would.
 */
function followPlaced(clock: Clock): EventHandler {
  const followed = follow(clock, place);
  return async (event, parts) => {
    const { em, origin } = parts;
    const { orderId, item: held } = ChangedBooking.decode(event.payload);
    // Whoever asked for it may still be at it: the lock waits until that is saved, or lost.
    const order = await em.findOne(OrderEntity, { id: orderId }, { lockMode: LockMode.PESSIMISTIC_WRITE });
    if (!order || !held) return;
    const item = await em.findOne(OrderItemEntity, { id: held.itemId, deletedAt: null });
    if (!item) await releaseLater(em, order, [held.itemId], origin.requestId);
    else if (item.bookingRevision < held.revision) await followed(event, parts);
  };
}

function follow(clock: Clock, change: Change): EventHandler {
  return async (event, { em, origin }) => {
    const changed = ChangedBooking.decode(event.payload);
    const { orderId, item: held, stage } = changed;
    const order = await em.findOne(OrderEntity, { id: orderId }, { lockMode: LockMode.PESSIMISTIC_WRITE });
    if (!order || !held) return;
    // An order that is closed keeps what it was when it was closed.
    if (!isOpen(order.status) && order.status !== 'ORDER_STATUS_SUBMITTED') return;
    const aggregate = await aggregateOf(em, order);
    const item = aggregate.items.find(({ id }) => id === held.itemId);
    if (!item || item.status === 'ORDER_ITEM_STATUS_CANCELLED') return;
    const writer: Writer = {
      ...{ em, actor: origin.actor, nowMs: clock.nowMs() },
      emit: (next) => writeEvent(em, next, origin),
    };
    change(item, held, await zoneOf(em, order), changed);
    if (stage && stage !== 'ORDER_STAGE_UNSPECIFIED') order.stage = stage;
    touchItem(item, writer);
    await saveOrder(aggregate, 'saved', writer);
  };
}
