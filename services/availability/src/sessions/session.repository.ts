import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { textArray } from '../claims/claim.repository.ts';

/** How full a session is: guests and distinct orders with confirmed or live held places. */
export interface SeatsTaken {
  guests: number;
  baskets: number;
  /** Places of the items themselves, which are not among the guests. */
  own: number;
  /** Whether others wait for a place, whom nobody overtakes; not those who are more than the session has places for. */
  isQueued: boolean;
}

/** Counts the places of sessions; those of `itemIds` and of `wholeOrderId` do not count, nor does `orderId` among the baskets. */
export async function seatsTaken(
  em: SqlEntityManager,
  sessionIds: string[],
  except: { itemIds?: readonly string[]; orderId?: string | null; wholeOrderId?: string | null } = {},
): Promise<Map<string, SeatsTaken>> {
  const { itemIds = [], orderId = null, wholeOrderId = null } = except;
  const items = JSON.stringify(itemIds);
  const rows = await em.execute<({ id: string; isQueued: boolean } & Record<'guests' | 'baskets' | 'own', string>)[]>(
    `select asked.id, coalesce(sum(s.guests) filter (where s.booking_id <> all (${textArray}) and s.order_id is distinct from ?), 0) as guests,
       count(distinct s.order_id) filter (where s.booking_id <> all (${textArray}) and s.order_id is distinct from ?) as baskets,
       coalesce(sum(s.guests) filter (where s.booking_id = any (${textArray}) or s.order_id = ?), 0) as own,
       exists (select from bookings b join sessions q on q.id = b.session_id
         where b.session_id = asked.id and b.status = 'waitlisted' and b.guests <= q.capacity and b.id <> all (${textArray})
         and b.order_id is distinct from ?) as "isQueued"
     from jsonb_array_elements_text(?::jsonb) asked (id)
     left join session_seats s on s.session_id = asked.id and (s.expires_at is null or s.expires_at > lido_now())
     group by asked.id`,
    [
      ...[items, wholeOrderId, items, orderId ?? wholeOrderId, items, wholeOrderId],
      ...[items, wholeOrderId, JSON.stringify(sessionIds)],
    ],
  );
  return new Map(
    rows.map(({ id, guests, baskets, own, isQueued }) => [
      id,
      { guests: Number(guests), baskets: Number(baskets), own: Number(own), isQueued },
    ]),
  );
}
