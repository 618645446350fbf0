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
