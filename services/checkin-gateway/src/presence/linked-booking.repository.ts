import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { LinkedBooking } from '../actions/occasion.ts';

/** The booking that a check-in is of. The check-in itself does not say: it is the booking that carries the check-in. */
export async function findLinkedBooking(em: SqlEntityManager, checkinId: string): Promise<LinkedBooking | null> {
  const [row] = await em.execute<LinkedBooking[]>(
    'select booking_id as id, order_id as "orderId" from checkin_bookings where checkin_id = ?',
    [checkinId],
  );
  return row ?? null;
}

/** Links a check-in to its booking. */
export async function linkBooking(em: SqlEntityManager, checkinId: string, booking: LinkedBooking): Promise<void> {
  await em.execute(
    'insert into checkin_bookings (checkin_id, booking_id, order_id) values (?, ?, ?)',
    [checkinId, booking.id, booking.orderId],
    'run',
  );
}
