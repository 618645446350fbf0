import { forbidden, notFound } from '@lido/runtime/errors/refusal.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import { may, visibleSites } from '@lido/runtime/grpc/principal.ts';
import type { Booking } from '../bookings/booking.ts';
import { bookingsOfItems } from '../bookings/booking.repository.ts';

/** Loads the booking of an appointment the caller may see; hidden and missing ones are the same refusal. */
export async function findAppointment(id: string, { em, principal, access }: Call): Promise<Booking> {
  const booking = (await bookingsOfItems(em, [id])).get(id);
  const isVisible =
    booking?.offeringType === 'appointment' &&
    booking.organisationId === principal.organisationId &&
    visibleSites(principal)?.includes(booking.siteId) !== false;
  if (!isVisible) throw notFound(id);
  if (!may(principal, access.permission, booking.siteId)) throw forbidden(access.permission);
  return booking;
}
