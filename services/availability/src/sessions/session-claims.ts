import type { Booking } from '../bookings/booking.ts';
import type { OwnedClaims } from '../claims/claim.repository.ts';
import type { TakenClaim, WantedClaim } from '../claims/claim.ts';
import { guestClaims } from '../claims/guest-claims.ts';
import type { SessionRow } from './session.entity.ts';
import type { SessionTimes } from './session-times.ts';

/** All of a session that its claims follow from. */
export type ClaimingSession = Pick<SessionRow, 'id' | 'organisationId' | 'siteId' | 'practitionerId' | 'roomId'> &
  SessionTimes;

/** What a session claims in its own name: its practitioner, and all units of its room, because it has the room to itself. */
export function sessionClaims(session: ClaimingSession, roomUnits: number): OwnedClaims {
  const { id, organisationId, siteId, practitionerId, roomId } = session;
  const times = { startsAtMs: session.startTime.getTime(), endsAtMs: session.endTime.getTime() };
  const wanted: WantedClaim[] = [];
  if (practitionerId) wanted.push({ kind: 'practitioner', resourceId: practitionerId, unit: 0, ...times });
  for (let unit = 0; roomId && unit < roomUnits; unit++) {
    wanted.push({ kind: 'room', resourceId: roomId, unit, ...times });
  }
  return { owner: { organisationId, siteId, bookingId: id, itemId: id, expiresAtMs: null }, wanted };
}

/** Whether a booking has places now; one that lapsed or waits has none. */
export function hasPlaces({ status, expiresAtMs }: Pick<Booking, 'status' | 'expiresAtMs'>, nowMs: number): boolean {
  return status === 'confirmed' || (status === 'held' && (expiresAtMs ?? 0) > nowMs);
}

/** What the guests of a booking claim while they are at a session: their own time. */
export function claimsOfGuests(booking: Booking, { startTime, endTime }: SessionTimes): OwnedClaims {
  const { organisationId, siteId, id: bookingId, itemId, expiresAtMs } = booking;
  const { guestIds, sharing } = booking.request;
  const wanted = guestClaims(guestIds, { startMs: startTime.getTime(), endMs: endTime.getTime() }, sharing);
  return { owner: { organisationId, siteId, bookingId, itemId, expiresAtMs }, wanted };
}

/** What a session holds itself as replicas hear of it: it is nobody's order. */
export function takenBy({ owner, wanted }: OwnedClaims): TakenClaim[] {
  const { bookingId, itemId, expiresAtMs } = owner;
  return wanted.map((claim) => ({
    ...claim,
    ...{ bookingId, itemId, orderId: '', expiresAtMs },
    appointmentTypeId: null,
    durationMinutes: null,
  }));
}
