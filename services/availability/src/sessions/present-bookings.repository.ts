import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { SessionBooking } from '@lido/proto/lido/availability/v1/session_booking.ts';
import { zonesOf } from '@lido/runtime/resource/load.ts';
import { orderCards } from '../order-cards/order-card.repository.ts';
import { type BookedPlace, toSessionBooking } from './session-booking.ts';

/** Bookings of sessions as staff see them, with one query per table. */
export async function presentBookings(em: SqlEntityManager, places: BookedPlace[]): Promise<SessionBooking[]> {
  const cards = await orderCards(
    em,
    places.map(({ orderId }) => orderId),
  );
  const zones = await zonesOf(em, [...new Set(places.map(({ siteId }) => siteId))]);
  return places.map((place) => toSessionBooking(place, cards.get(place.orderId), zones.get(place.siteId) ?? 'UTC'));
}
