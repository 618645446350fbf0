import type {
  CalendarBooking,
  CalendarEvent,
  CalendarEventStatus,
  CalendarEventType,
  CalendarGuest,
  CalendarOrder,
  CalendarView,
} from '@lido/proto/lido/availability/v1/calendar.ts';
import { formatInstant } from '@lido/runtime/time/zone.ts';
import type { Booking } from '../bookings/booking.ts';
import { bookedOrder } from '../order-cards/booked-order.ts';
import type { CardCustomer } from '../order-cards/order-card.ts';
import { type BookedEvent, type DayEvent, guestIdsOf, type PlacedEvent } from './calendar-event.ts';

/** What of an event is shown to whom, and how. */
export interface Showing {
  readonly view: CalendarView;
  readonly zone: string;
  /** Whether persons are shown: names, contacts, notes and wishes. */
  readonly customers: boolean;
  readonly payments: boolean;
}

const minuteMs = 60_000;

/** An event as a calendar draws it. */
export function toCalendarEvent({ event, key, resourceId, lane }: PlacedEvent, showing: Showing): CalendarEvent {
  const instant = (epochMs: number): string => formatInstant(epochMs, showing.zone);
  const bookings = event.bookings.map((booked) => toBooking(booked, showing));
  // A session is everybody's; all else belongs to the order of its one booking.
  const order = event.session === null ? (bookings[0]?.order ?? null) : null;
  return {
    ...{ key, id: event.id, resourceId, eventType: event.type, status: event.status },
    resourceType: resourceId === null ? 'CALENDAR_VIEW_UNSPECIFIED' : showing.view,
    reservedUntil: event.reservedUntilMs === null ? null : instant(event.reservedUntilMs),
    ...{ startTime: instant(event.fromMs), endTime: instant(event.toMs) },
    duration: Math.round((event.toMs - event.fromMs) / minuteMs),
    endBuffer: event.bufferMinutes,
    offeringId: event.offering?.id ?? null,
    offeringName: event.offering?.name ?? null,
    productCode: event.offering?.productCode ?? null,
    order,
    bookings,
    guests: [...new Map(bookings.flatMap(({ guests }) => guests).map((guest) => [guest.id, guest])).values()],
    ...resourcesOf(event),
    locked: order?.isLocked ?? false,
    blockedTimeDetails: event.blocked,
    sessionDetails: event.session,
    ...lane,
  };
}

function resourcesOf({ practitioners, rooms, areas }: DayEvent) {
  return { practitioners: [...practitioners], rooms: [...rooms], areas: [...areas] };
}

function toBooking(booked: BookedEvent, showing: Showing): CalendarBooking {
  const { booking } = booked;
  return {
    id: booking.id,
    bookingType: eventTypeOf(booking),
    status: statusOf(booking),
    order: toOrder(booked, showing),
    guests: guestIdsOf(booked).map((id) => toGuest(id, booked, showing)),
  };
}

/** What kind of event a booking is, or is part of. */
export function eventTypeOf({ offeringType }: Pick<Booking, 'offeringType'>): CalendarEventType {
  if (offeringType === 'session') return 'CALENDAR_EVENT_TYPE_SESSION';
  return offeringType === 'area_booking' ? 'CALENDAR_EVENT_TYPE_AREA_BOOKING' : 'CALENDAR_EVENT_TYPE_APPOINTMENT';
}

/** A booking's state as a calendar shows it. */
export function statusOf({ status }: Pick<Booking, 'status'>): CalendarEventStatus {
  switch (status) {
    case 'held':
      return 'CALENDAR_EVENT_STATUS_RESERVED';
    case 'confirmed':
      return 'CALENDAR_EVENT_STATUS_CONFIRMED';
    case 'waiting':
    case 'waitlisted':
      return 'CALENDAR_EVENT_STATUS_WAITLISTED';
    case 'released':
      return 'CALENDAR_EVENT_STATUS_UNSPECIFIED';
  }
}

function toOrder({ booking, card }: BookedEvent, { customers, payments }: Showing): CalendarOrder {
  const order = bookedOrder(card);
  return {
    id: booking.orderId,
    orderRef: order.orderRef,
    customer: customers && card?.customer ? toCustomer(card.customer) : null,
    firstName: customers ? order.firstName : null,
    lastName: customers ? order.lastName : null,
    email: customers ? order.email : null,
    phone: customers ? order.phone : null,
    status: order.orderStatus,
    stage: order.stage,
    labels: order.orderLabels,
    notes: customers ? (card?.notes ?? []) : [],
    paymentTotals: payments ? (card?.paymentTotals ?? null) : null,
    specialRequests: customers ? (card?.specialRequests ?? null) : null,
    isLocked: order.orderIsLocked,
    hasPostingRoom: false,
    externalVisitRef: card?.externalRef ?? null,
  };
}

function toCustomer({ id, firstName, lastName, fullName, email, phone, labels }: CardCustomer) {
  return { id, firstName, lastName, fullName, email, phone, labels };
}

function toGuest(id: string, { card }: BookedEvent, { customers }: Showing): CalendarGuest {
  const guest = customers ? card?.guests.find((known) => known.id === id) : undefined;
  return {
    id,
    name: guest?.name ?? null,
    firstName: guest?.firstName ?? null,
    lastName: guest?.lastName ?? null,
    customerId: guest?.customerId ?? null,
  };
}
