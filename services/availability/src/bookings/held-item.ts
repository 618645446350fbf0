import type { HeldItem, OfferingDetails } from '@lido/proto/lido/availability/internal/v1/booking.ts';
import { formatInstant } from '@lido/runtime/time/zone.ts';
import type { Booking, BookingStatus } from './booking.ts';

/** A booking as orders keeps it: its summary, its price, and until when it is held. */
export function toHeldItem(booking: Booking, offering: OfferingDetails | null, zone: string): HeldItem {
  const { request, resources } = booking;
  const { areas = [] } = resources;
  // The summary has one place for a room; a party in several is shown in the first.
  const [room = null] = resources.rooms;
  const instant = (epochMs: number): string => formatInstant(epochMs, zone);
  return {
    itemId: booking.itemId,
    bookingSummary: {
      id: booking.id,
      startTime: instant(booking.startsAtMs),
      endTime: instant(booking.endsAtMs),
      duration: (booking.endsAtMs - booking.startsAtMs) / 60_000,
      practitionerIds: resources.practitioners.map(({ id }) => id),
      practitioners: resources.practitioners,
      roomId: room?.id ?? null,
      room,
      areaIds: areas.map(({ id }) => id),
      areas,
      equipmentIds: resources.equipment.map(({ id }) => id),
      equipment: resources.equipment,
      practitionerWasRequested: request.practitionerIds.length > 0,
      roomWasRequested: Boolean(request.roomId),
      sessionId: booking.sessionId,
      status: statuses[booking.status],
      offering: { id: booking.offeringId, type: booking.offeringType, name: resources.offeringName },
      createdAt: instant(booking.createdAtMs),
      updatedAt: instant(booking.updatedAtMs),
    },
    reservedUntil: booking.expiresAtMs === null ? null : instant(booking.expiresAtMs),
    // Waiting costs nothing; the price that was shown is due once there is a place.
    priceMinor: isWaiting(booking.status) ? 0 : booking.priceMinor,
    offering,
    revision: booking.revision ?? 0,
  };
}

/** The words orders and their clients know a booking's state by. */
const statuses: Record<BookingStatus, string> = {
  held: 'reserved',
  confirmed: 'confirmed',
  waiting: 'waitlisted',
  waitlisted: 'waitlisted',
  released: 'cancelled',
};

/** Whether a booking waits for a place, in a basket or on the list. */
export function isWaiting(status: BookingStatus): boolean {
  return status === 'waiting' || status === 'waitlisted';
}
