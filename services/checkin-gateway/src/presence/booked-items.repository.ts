import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { Order } from '@lido/proto/lido/orders/v1/order.ts';
import type { LinkedBooking } from '../actions/occasion.ts';
import { bookedStretches } from './booked-item.ts';

/** Makes what is known of an order's bookings what it says now. */
export async function keepBookedItems(em: SqlEntityManager, order: Order): Promise<void> {
  await em.execute('delete from booked_items where order_id = ?', [order.id], 'run');
  const stretches = bookedStretches(order);
  if (stretches.length === 0) return;
  await em.execute(
    `insert into booked_items (item_id, order_id, organisation_id, site_id, customer_ids, bookable_ids, starts_at, ends_at)
     select s->>'itemId', ?, ?, ?,
            array(select jsonb_array_elements_text(s->'customerIds')), array(select jsonb_array_elements_text(s->'bookableIds')),
            to_timestamp((s->>'startMs')::float8 / 1000), to_timestamp((s->>'endMs')::float8 / 1000)
     from jsonb_array_elements(?::jsonb) s`,
    [order.id, order.organisationId, order.siteId, JSON.stringify(stretches)],
    'run',
  );
}

/** Who comes where and when: to a site, or to one of its bookables. */
export interface Coming {
  readonly organisationId: string;
  readonly siteId: string;
  readonly customerId: string;
  readonly atMs: number;
  readonly objectId?: string;
}

/** The bookings that somebody has come for: those that begin soon or are under way. */
export async function findAwaited(
  em: SqlEntityManager,
  { organisationId, siteId, customerId, atMs, objectId }: Coming,
  earlyMinutes: number,
): Promise<LinkedBooking[]> {
  const at = new Date(atMs);
  const bookables = JSON.stringify(objectId === undefined ? [] : [objectId]);
  return em.execute<LinkedBooking[]>(
    `select item_id as id, order_id as "orderId" from booked_items
     where organisation_id = ? and site_id = ? and customer_ids @> array[?]::text[] and to_jsonb(bookable_ids) @> ?::jsonb
       and starts_at <= ?::timestamptz + make_interval(mins => ?) and ends_at > ? order by starts_at, item_id`,
    [organisationId, siteId, customerId, bookables, at, earlyMinutes, at],
  );
}

/** A booking of a bookable in a range, with its latest check-in there. */
export interface ComparedRow {
  readonly bookingId: string | null;
  readonly orderId: string | null;
  readonly checkinId: string | null;
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly isBooked: boolean;
  readonly checkIn: Date | null;
  readonly checkOut: Date | null;
}

/**
 * What was booked at a bookable within a range and who was there: bookings with their check-ins, and check-ins alone. Whoever has not left
 * is there until now.
 */
export async function findCompared(
  em: SqlEntityManager,
  range: { organisationId: string; objectId: string; from: Date; to: Date },
  limit: number,
): Promise<ComparedRow[]> {
  const { organisationId, objectId, from, to } = range;
  const rows = await em.execute<ComparedRow[]>(
    `with booked as (
       select * from booked_items
       where organisation_id = ? and bookable_ids @> array[?]::text[] and starts_at < ? and ends_at > ?),
     present as (
       select c.*, l.booking_id, l.order_id from bookable_checkins c left join checkin_bookings l on l.checkin_id = c.id
       where c.organisation_id = ? and c.object_id = ? and c.deleted_at is null
         and (least(c.starts_at, c.check_in) < ? and greatest(c.ends_at, c.check_out, case when c.check_in is not null and c.check_out is null then lido_now() end) > ?
           or l.booking_id in (select item_id from booked)))
     select coalesce(b.item_id, p.booking_id) as "bookingId", coalesce(b.order_id, p.order_id) as "orderId",
            p.id as "checkinId", coalesce(b.starts_at, p.starts_at) as "startsAt", coalesce(b.ends_at, p.ends_at) as "endsAt",
            b.item_id is not null as "isBooked", p.check_in as "checkIn", p.check_out as "checkOut"
     from booked b full join present p on p.booking_id = b.item_id
     order by 4, 5, 1, 3 limit ?`,
    [organisationId, objectId, to, from, organisationId, objectId, to, from, limit],
  );
  return rows.map((row) => ({
    ...row,
    startsAt: new Date(row.startsAt),
    endsAt: new Date(row.endsAt),
    checkIn: row.checkIn && new Date(row.checkIn),
    checkOut: row.checkOut && new Date(row.checkOut),
  }));
}
