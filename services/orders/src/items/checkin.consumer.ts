import { LockMode } from '@mikro-orm/core';
import { AttendedBooking, BookingArrival } from '@lido/proto/lido/checkin/internal/v1/attendance.ts';
import type { EventHandler, Subscription } from '@lido/runtime/events/consumer.ts';
import { writeEvent } from '@lido/runtime/events/outbox.ts';
import type { Clock } from '@lido/runtime/service/clock.ts';
import type { Aggregate } from '../orders/aggregate.ts';
import { OrderEntity } from '../orders/order.entity.ts';
import { aggregateOf, saveOrder } from '../orders/order.repository.ts';
import type { OrderItemRow } from './order-item.entity.ts';

/** What the door tells of booked items: which check-in is theirs, and that somebody has come for them. */
export function checkinSubscriptions(clock: Clock): Subscription[] {
  return [
    {
      name: 'orders-from-checkin',
      source: 'checkin',
      aggregate: 'lido.checkin.bookable_checkin.',
      mode: 'effect',
      handlers: {
        'lido.checkin.bookable_checkin.saved': follow(clock, AttendedBooking, link),
        'lido.checkin.bookable_checkin.deleted': follow(clock, AttendedBooking, unlink),
      },
    },
    {
      name: 'orders-from-checkin-arrivals',
      source: 'checkin',
      aggregate: 'lido.checkin.booking.',
      mode: 'effect',
      handlers: { 'lido.checkin.booking.arrived': follow(clock, BookingArrival, arrive) },
    },
  ];
}

/** Changes an item or its order; answers whether there was anything to change. */
type Change<Told> = (item: OrderItemRow, told: Told, aggregate: Aggregate) => boolean;

const link: Change<AttendedBooking> = (item, { checkin }) => {
  if (!checkin || item.checkinId === checkin.id) return false;
  item.checkinId = checkin.id;
  return true;
};

const unlink: Change<AttendedBooking> = (item, { checkin }) => {
  if (!checkin || item.checkinId !== checkin.id) return false;
  item.checkinId = null;
  return true;
};

/** Whoever is in treatment or has left is not brought back by somebody else of the order who comes later. */
const arrive: Change<BookingArrival> = (_item, _told, { order }) => {
  if (order.status !== 'ORDER_STATUS_SUBMITTED' || order.stage !== 'ORDER_STAGE_NOT_ARRIVED') return false;
  order.stage = 'ORDER_STAGE_ARRIVED';
  return true;
};

interface OfBooking {
  readonly orderId?: string | null | undefined;
  readonly bookingId?: string | null | undefined;
}

function follow<Told extends OfBooking>(
  clock: Clock,
  codec: { decode(bytes: Uint8Array): Told },
  change: Change<Told>,
): EventHandler {
  return async (event, { em, origin }) => {
    const told = codec.decode(event.payload);
    if (!told.orderId || !told.bookingId) return;
    const where = { id: told.orderId, organisationId: event.organisationId, deletedAt: null };
    const order = await em.findOne(OrderEntity, where, { lockMode: LockMode.PESSIMISTIC_WRITE });
    if (!order) return;
    const aggregate = await aggregateOf(em, order);
    const item = aggregate.items.find(({ id }) => id === told.bookingId);
    if (!item || !change(item, told, aggregate)) return;
    const writer = { em, actor: origin.actor, nowMs: clock.nowMs() };
    await saveOrder(aggregate, 'saved', { ...writer, emit: (next) => writeEvent(em, next, origin) });
  };
}
