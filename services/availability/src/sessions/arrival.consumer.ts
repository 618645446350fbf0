import { BookingArrival } from '@lido/proto/lido/checkin/internal/v1/attendance.ts';
import type { EventHandler, Subscription } from '@lido/runtime/events/consumer.ts';

/** What staff have noted by hand stays: who came earlier, and who did not come. */
const markArrived: EventHandler = async (event, { em }) => {
  const { bookingId, arrivedAtMs } = BookingArrival.decode(event.payload);
  await em.execute(
    `update bookings set checked_in_at = ?, updated_at = lido_now()
     where item_id = ? and organisation_id = ? and session_id is not null and status = 'confirmed'
       and checked_in_at is null and no_show_at is null`,
    [new Date(arrivedAtMs), bookingId, event.organisationId],
    'run',
  );
};

/** Whoever has come for a session is checked in there. Of other bookings it is the order that knows. */
export const arrivalsSubscription: Subscription = {
  name: 'availability-from-checkin',
  source: 'checkin',
  aggregate: 'lido.checkin.booking.',
  mode: 'effect',
  handlers: { 'lido.checkin.booking.arrived': markArrived },
};
