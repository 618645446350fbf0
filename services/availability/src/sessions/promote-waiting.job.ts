import type { Database } from '@lido/runtime/db/database.ts';
import { writeEvent } from '@lido/runtime/events/outbox.ts';
import { newUuid } from '@lido/runtime/service/ids.ts';
import { tellOfBookings } from '../bookings/changed-booking.repository.ts';
import { modelChanged } from '../sites/site-version.repository.ts';

const actor = 'service:availability';

/**
 * Gives places that have become free, however that came about, to those who wait for them, session by session. Places, guests' time and
 * the event to their orders are one transaction. Answers how many bookings got their places.
 */
export async function promoteWaiting(db: Database): Promise<number> {
  let count = 0;
  for (const session of await waitedFor(db)) {
    count += await db.transaction(async (em) => {
      const promoted = await em.execute<{ id: string }[]>('select id from promote_waiting(?) id', [session.id]);
      const origin = { actor, requestId: newUuid() };
      const items = promoted.map(({ id }) => ({ itemId: id }));
      await tellOfBookings('lido.availability.booking.promoted', items, {
        em,
        emit: (event) => writeEvent(em, event, origin),
      });
      if (promoted.length > 0) await modelChanged(em, [session.site_id]);
      return promoted.length;
    });
  }
  return count;
}

/** Coming sessions with a free place that somebody waits for. */
function waitedFor(db: Database): Promise<{ id: string; site_id: string }[]> {
  return db.fork().execute<{ id: string; site_id: string }[]>(
    `select s.id, s.site_id from sessions s
     where s.id in (select session_id from bookings where status = 'waitlisted') and s.deleted_at is null and s.start_time > lido_now()
       and s.capacity > (select coalesce(sum(guests), 0) from session_seats t
         where t.session_id = s.id and (t.expires_at is null or t.expires_at > lido_now()))
     order by s.start_time, s.id`,
  );
}
