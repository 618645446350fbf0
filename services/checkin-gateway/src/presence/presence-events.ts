import { AttendedBooking, BookingArrival } from '@lido/proto/lido/checkin/internal/v1/attendance.ts';
import type { Trigger } from '@lido/proto/lido/checkin/v1/action.ts';
import type { OutgoingEvent } from '@lido/runtime/events/outbox.ts';
import type { LinkedBooking, Occasion } from '../actions/occasion.ts';
import { toBookableCheckin } from './bookable-checkin.ts';
import type { BookableCheckinRow } from './bookable-checkin.entity.ts';
import type { Doer } from './presences.ts';

/** The event that tells of a check-in and of the booking it belongs to. */
export function attendanceEvent(
  what: 'saved' | 'deleted',
  row: BookableCheckinRow,
  booking: LinkedBooking | null,
): OutgoingEvent {
  return {
    type: what === 'saved' ? 'lido.checkin.bookable_checkin.saved' : 'lido.checkin.bookable_checkin.deleted',
    aggregateId: row.id,
    organisationId: row.organisationId,
    siteId: row.siteId,
    payload: AttendedBooking.encode({
      checkin: toBookableCheckin(row),
      orderId: booking?.orderId ?? null,
      bookingId: booking?.id ?? null,
    }).finish(),
  };
}

/** The event that tells that somebody has come for a booking. */
export function arrivalEvent(
  booking: LinkedBooking,
  { organisationId, siteId, at }: { organisationId: string; siteId: string; at: Date },
): OutgoingEvent {
  return {
    type: 'lido.checkin.booking.arrived',
    aggregateId: `arrival ${booking.id}`,
    organisationId,
    siteId,
    payload: BookingArrival.encode({
      orderId: booking.orderId,
      bookingId: booking.id,
      arrivedAtMs: at.getTime(),
    }).finish(),
  };
}

/** A trigger that fires on the bookable of a check-in. */
export function checkinOccasion(
  trigger: Trigger,
  row: BookableCheckinRow,
  { booking, doer, ...rest }: Pick<Occasion, 'booking' | 'isDeparture' | 'atMs' | 'activityId'> & { doer: Doer },
): Occasion {
  return {
    ...{ ...rest, trigger, booking },
    ...{ organisationId: row.organisationId, requestId: doer.requestId, actor: doer.actor, via: doer.via },
    ...{ subjectId: row.id, ownerId: row.ownerId ?? null, code: null },
    checkin: toBookableCheckin(row),
    bookable: { id: row.objectId, kind: row.objectKind, name: row.objectName, siteId: row.siteId },
  };
}
