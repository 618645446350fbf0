import { ChangedBooking } from '@lido/proto/lido/availability/internal/v1/booking.ts';
import type { Transaction } from '@lido/runtime/grpc/call.ts';
import { zonesOf } from '@lido/runtime/resource/load.ts';
import type { Booking } from './booking.ts';
import { bookingsOfItems } from './booking.repository.ts';
import { toHeldItem } from './held-item.ts';

/** What can become of a booking that its order did not ask for, or asked for and may not know of yet. */
export type BookingEvent =
  | 'lido.availability.booking.moved'
  | 'lido.availability.booking.placed'
  | 'lido.availability.booking.promoted'
  | 'lido.availability.booking.cancelled';

/** Tells orders what has become of bookings, as they are now, and what else was changed with them. */
export async function tellOfBookings(
  type: BookingEvent,
  bookings: readonly Pick<Booking, 'itemId'>[],
  { em, emit }: Transaction,
  also: Pick<ChangedBooking, 'assigned' | 'stage'> = { assigned: null },
): Promise<void> {
  if (bookings.length === 0) return;
  const current = await bookingsOfItems(
    em,
    bookings.map(({ itemId }) => itemId),
  );
  const zones = await zonesOf(em, [...new Set([...current.values()].map(({ siteId }) => siteId))]);
  for (const booking of current.values()) {
    const item = toHeldItem(booking, null, zones.get(booking.siteId) ?? 'UTC');
    await emit({
      type,
      aggregateId: booking.id,
      organisationId: booking.organisationId,
      siteId: booking.siteId,
      payload: ChangedBooking.encode({ orderId: booking.orderId, item, ...also }).finish(),
    });
  }
}
