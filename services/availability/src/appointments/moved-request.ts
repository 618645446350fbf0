import type { BookedRequest, Booking } from '../bookings/booking.ts';
import { priceAtStart } from '../offerings/price-at.ts';
import type { VersionedSite } from '../sites/compiled-sites.repository.ts';
import { type Placement, placementOf } from './moved-appointment.ts';

/**
 * What is asked of the solver for a moved appointment. Whom the guest asked for stays noted as far as they still have them. The price
 * stays as it was agreed; another duration takes its own, where it has one.
 */
export function requestFor(booking: Booking, next: Placement, { compiled }: VersionedSite): BookedRequest {
  const { practitionerIds, roomIds, startMs, durationMinutes } = next;
  const { request, guests } = booking;
  const roomId = roomIds.find((id) => id === request.roomId) ?? null;
  const type = compiled.types.get(booking.offeringId);
  const isSameDuration = durationMinutes === placementOf(booking).durationMinutes;
  const price = isSameDuration
    ? undefined
    : priceAtStart(type?.priceRules ?? [], startMs, compiled.model.zone, durationMinutes);
  return {
    ...request,
    startTime: new Date(startMs).toISOString(),
    durationMinutes,
    practitionerIds: request.practitionerIds.filter((id) => practitionerIds.includes(id)),
    roomId,
    isBooked: booking.status === 'confirmed',
    assigned: { practitionerIds, roomIds, mayChangeRooms: !next.isRoomNamed && roomId === null },
    agreedPriceMinor: price === undefined ? booking.priceMinor : price * guests,
  };
}
