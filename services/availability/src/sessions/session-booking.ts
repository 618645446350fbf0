import type {
  SessionBooking,
  SessionBookingStage,
  SessionBookingStatus,
} from '@lido/proto/lido/availability/v1/session_booking.ts';
import { type Refusal, stateConflict } from '@lido/runtime/errors/refusal.ts';
import { formatInstant, localDateOf } from '@lido/runtime/time/zone.ts';
import type { BookingStatus } from '../bookings/booking.ts';
import type { OrderCard } from '../order-cards/order-card.ts';

/** The places that an order's item has, had or waits for in a session. */
export interface BookedPlace {
  id: string;
  organisationId: string;
  siteId: string;
  sessionId: string;
  sessionTypeId: string;
  sessionTypeName: string;
  orderId: string;
  itemId: string;
  customerId: string | null;
  guests: number;
  status: BookingStatus;
  startsAtMs: number;
  createdAtMs: number;
  updatedAtMs: number;
  checkedInAtMs: number | null;
  checkedOutAtMs: number | null;
  noShowAtMs: number | null;
}

const statuses: Record<BookingStatus, SessionBookingStatus> = {
  held: 'SESSION_BOOKING_STATUS_RESERVED',
  confirmed: 'SESSION_BOOKING_STATUS_CONFIRMED',
  waiting: 'SESSION_BOOKING_STATUS_WAITLISTED',
  waitlisted: 'SESSION_BOOKING_STATUS_WAITLISTED',
  released: 'SESSION_BOOKING_STATUS_CANCELLED',
};

/** A booking of a session as staff see it; `card` is of its order, absent until availability has heard of the order. */
export function toSessionBooking(place: BookedPlace, card: OrderCard | undefined, zone: string): SessionBooking {
  const instant = (epochMs: number): string => formatInstant(epochMs, zone);
  const instantOrNull = (epochMs: number | null): string | null => (epochMs === null ? null : instant(epochMs));
  const item = card?.items.find(({ id }) => id === place.itemId);
  const guests = card?.guests.filter(({ id }) => item?.guestIds.includes(id)) ?? [];
  return {
    ...{ id: place.id, sessionId: place.sessionId, orderId: place.orderId, orderItemId: place.itemId },
    ...{ sessionTypeId: place.sessionTypeId, sessionTypeName: place.sessionTypeName },
    orderRef: card?.orderRef ?? null,
    customerId: card?.customer?.id ?? place.customerId,
    firstName: card?.customer?.firstName ?? card?.firstName ?? null,
    lastName: card?.customer?.lastName ?? card?.lastName ?? null,
    email: card?.customer?.email ?? card?.email ?? null,
    phone: card?.customer?.phone ?? card?.phone ?? null,
    guests,
    quantity: place.guests,
    stage: stageOf(place),
    status: statuses[place.status],
    checkedInAt: instantOrNull(place.checkedInAtMs),
    checkedOutAt: instantOrNull(place.checkedOutAtMs),
    isNoShow: place.noShowAtMs !== null,
    // No offering asks for a form yet; what a guest has handed in on their own is said all the same.
    intakeFormRequired: false,
    intakeFormsCompleted: guests.length > 0 && guests.every(({ intakeFormComplete }) => intakeFormComplete === true),
    ...{ siteId: place.siteId, organisationId: place.organisationId },
    ...{ createdAt: instant(place.createdAtMs), updatedAt: instant(place.updatedAtMs) },
  };
}

function stageOf({ checkedInAtMs, checkedOutAtMs }: BookedPlace): SessionBookingStage {
  if (checkedOutAtMs !== null) return 'SESSION_BOOKING_STAGE_CHECKED_OUT';
  return checkedInAtMs !== null ? 'SESSION_BOOKING_STAGE_ARRIVED' : 'SESSION_BOOKING_STAGE_NOT_ARRIVED';
}

/** What can be noted of the guests of a booking; each can be taken back. */
export type VisitMark = 'checkedInAtMs' | 'checkedOutAtMs' | 'noShowAtMs';

/**
 * Sets or takes back a mark. What is so already stays as it is, with its first instant. Refused where the marks would say two things:
 * guests leave after they came, and who has come is no no-show, which nobody is before the session's day at its site.
 */
export function markVisit(
  place: BookedPlace,
  { mark, isSet }: { mark: VisitMark; isSet: boolean },
  { nowMs, zone }: { nowMs: number; zone: string },
): BookedPlace {
  if (place.status !== 'confirmed') throw illegal('This booking has no confirmed place.');
  if ((place[mark] !== null) === isSet) return place;
  const today = localDateOf(nowMs, zone);
  const refusals: Record<VisitMark, [boolean, string][]> = {
    checkedInAtMs: [
      [isSet && place.noShowAtMs !== null, 'This booking is marked as a no-show. Please take that back first.'],
      [!isSet && place.checkedOutAtMs !== null, 'This booking is checked out. Please take that back first.'],
    ],
    checkedOutAtMs: [[isSet && place.checkedInAtMs === null, 'This booking has not been checked in.']],
    noShowAtMs: [
      [isSet && place.checkedInAtMs !== null, 'This booking is checked in. Please take that back first.'],
      [isSet && today < localDateOf(place.startsAtMs, zone), 'Nobody is a no-show before the day of the session.'],
    ],
  };
  const refusal = refusals[mark].find(([applies]) => applies);
  if (refusal) throw illegal(refusal[1]);
  return { ...place, [mark]: isSet ? nowMs : null };
}

function illegal(sentence: string): Refusal {
  return stateConflict('illegal_state', sentence);
}
