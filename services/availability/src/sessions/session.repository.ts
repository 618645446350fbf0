import type { SqlEntityManager } from '@mikro-orm/postgresql';

/** How full sessions are: guests and distinct orders with confirmed or live held places. */
export interface SeatsTaken {
  guests: number;
  baskets: number;
}

/** Counts the places of sessions; those of `except.bookingId` do not count, nor does `except.orderId` among the baskets. */
export async function seatsTaken(
  em: SqlEntityManager,
  sessionIds: string[],
  except: { bookingId?: string | null; orderId?: string | null } = {},
): Promise<Map<string, SeatsTaken>> {
  const rows = await em.execute<{ session_id: string; guests: string; baskets: string }[]>(
    `select session_id, sum(guests) as guests, count(distinct order_id) filter (where order_id is distinct from ?) as baskets from session_seats
     where session_id in (select jsonb_array_elements_text(?::jsonb))
       and (expires_at is null or expires_at > lido_now()) and booking_id is distinct from ?
     group by session_id`,
    [except.orderId ?? null, JSON.stringify(sessionIds), except.bookingId ?? null],
  );
  return new Map(rows.map((row) => [row.session_id, { guests: Number(row.guests), baskets: Number(row.baskets) }]));
}

/** Locks a session's row, so that its places are counted by one at a time. */
export async function lockSession(em: SqlEntityManager, sessionId: string): Promise<void> {
  await em.execute('select 1 from sessions where id = ? for update', [sessionId]);
}

/** Gives a booking its places. */
export async function takeSeats(
  em: SqlEntityManager,
  seats: { bookingId: string; sessionId: string; guests: number; orderId: string; expiresAtMs: number | null },
): Promise<void> {
  await em.execute(
    `insert into session_seats (booking_id, session_id, guests, order_id, expires_at) values (?, ?, ?, ?, ?::timestamptz)
     on conflict (booking_id) do update set session_id = excluded.session_id, guests = excluded.guests, expires_at = excluded.expires_at`,
    [
      seats.bookingId,
      seats.sessionId,
      seats.guests,
      seats.orderId,
      seats.expiresAtMs === null ? null : new Date(seats.expiresAtMs).toISOString(),
    ],
    'run',
  );
}
