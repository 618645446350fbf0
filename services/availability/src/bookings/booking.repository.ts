import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { instantText, textArray } from '../claims/claim.repository.ts';
import type { BookedRequest, BookedResources, Booking, BookingStatus } from './booking.ts';

interface BookingRow {
  id: string;
  organisation_id: string;
  site_id: string;
  order_id: string;
  item_id: string;
  customer_id: string | null;
  offering_type: string;
  offering_id: string;
  session_id: string | null;
  starts_ms: string;
  ends_ms: string;
  guests: number;
  status: BookingStatus;
  expires_ms: string | null;
  price_minor: string;
  /** Without areas in bookings from before they could be asked for. */
  request: Omit<BookedRequest, 'areaIds'> & Partial<Pick<BookedRequest, 'areaIds'>>;
  summary: BookedResources;
  created_ms: string;
  updated_ms: string;
  revision: string;
}

const epochMs = (column: string): string => `(extract(epoch from ${column}_at) * 1000)::bigint as ${column}_ms`;
const columns = `id, organisation_id, site_id, order_id, item_id, customer_id, offering_type, offering_id, session_id, guests, status,
  price_minor, request, summary, revision, ${['starts', 'ends', 'expires', 'created', 'updated'].map(epochMs).join(', ')}`;

/** An order's bookings that are not released, in the order they were made. */
export async function bookingsOf(em: SqlEntityManager, orderId: string): Promise<Booking[]> {
  const rows = await em.execute<BookingRow[]>(
    `select ${columns} from bookings where order_id = ? and status <> 'released' order by created_at, id`,
    [orderId],
  );
  return rows.map(toBooking);
}

/** The sites of orders that have anything which is not released. */
export async function sitesOfOrders(em: SqlEntityManager, orderIds: string[]): Promise<Map<string, string>> {
  const rows = await em.execute<{ order_id: string; site_id: string }[]>(
    `select distinct on (order_id) order_id, site_id from bookings where order_id = any (${textArray}) and status <> 'released'`,
    [JSON.stringify(orderIds)],
  );
  return new Map(rows.map((row) => [row.order_id, row.site_id]));
}

/** A session's bookings that are not released, in the order they were made. */
export async function bookingsOfSession(em: SqlEntityManager, sessionId: string): Promise<Booking[]> {
  const rows = await em.execute<BookingRow[]>(
    `select ${columns} from bookings where session_id = ? and status <> 'released' order by created_at, id`,
    [sessionId],
  );
  return rows.map(toBooking);
}

/** The bookings of a site that stand at some time in `[fromMs, toMs)`: confirmed, waiting for a place, or held for now. */
export async function bookingsDuring(
  em: SqlEntityManager,
  { siteId, fromMs, toMs }: { siteId: string; fromMs: number; toMs: number },
): Promise<Booking[]> {
  // None is longer than a day, so that the index on starts serves.
  const rows = await em.execute<BookingRow[]>(
    `select ${columns} from bookings
     where site_id = ? and starts_at > to_timestamp(?::float8 / 1000) - interval '1 day'
       and starts_at < to_timestamp(?::float8 / 1000) and ends_at > to_timestamp(?::float8 / 1000)
       and status <> 'released' and (expires_at is null or expires_at > lido_now())
     order by starts_at, id`,
    [siteId, fromMs, toMs, fromMs],
  );
  return rows.map(toBooking);
}

/** How many bookings of a session a customer has or awaits, beside those of some items. */
export async function bookingsOfCustomer(
  em: SqlEntityManager,
  sessionId: string,
  customerId: string,
  exceptItemIds: readonly string[],
): Promise<number> {
  const [row] = await em.execute<{ count: string }[]>(
    `select count(*) from bookings where session_id = ? and customer_id = ? and item_id <> all (${textArray})
       and status <> 'released' and (expires_at is null or expires_at > lido_now())`,
    [sessionId, customerId, JSON.stringify(exceptItemIds)],
  );
  return Number(row?.count ?? 0);
}

/** Gives a session's bookings its new times. */
export async function moveBookings(
  em: SqlEntityManager,
  { id, startTime, endTime }: { id: string; startTime: Date; endTime: Date },
): Promise<void> {
  await em.execute(
    `update bookings set starts_at = ?, ends_at = ?, updated_at = lido_now() where session_id = ? and status <> 'released'`,
    [startTime, endTime, id],
    'run',
  );
}

/** Ends the bookings of sessions that are cancelled; their claims are given up apart. */
export async function cancelBookings(em: SqlEntityManager, sessionIds: readonly string[]): Promise<void> {
  const ids = [JSON.stringify(sessionIds)];
  await em.execute(`delete from session_seats where session_id = any (${textArray})`, ids, 'run');
  await em.execute(
    `update bookings set status = 'released', expires_at = null, waiting_no = null, cancelled_at = lido_now(),
       updated_at = lido_now()
     where session_id = any (${textArray}) and status <> 'released'`,
    ids,
    'run',
  );
}

/** The bookings of items, whatever their state, whichever order they say they belong to. */
export async function bookingsOfItems(em: SqlEntityManager, itemIds: string[]): Promise<Map<string, Booking>> {
  if (itemIds.length === 0) return new Map();
  const rows = await em.execute<BookingRow[]>(
    `select ${columns} from bookings where item_id in (select jsonb_array_elements_text(?::jsonb))`,
    [JSON.stringify(itemIds)],
  );
  return new Map(rows.map((row) => [row.item_id, toBooking(row)]));
}

/** What is chosen in a package's line and stands now: booked, or held and not lapsed. */
export async function bookingsOfPackage(em: SqlEntityManager, packageItemId: string): Promise<Booking[]> {
  const rows = await em.execute<BookingRow[]>(
    `select ${columns} from bookings where package_item_of = ?
       and (status = 'confirmed' or (status = 'held' and expires_at > lido_now())) order by starts_at, id`,
    [packageItemId],
  );
  return rows.map(toBooking);
}

/** The guests who hold time for an order, as resources of its claims. */
export async function guestsOf(em: SqlEntityManager, orderId: string): Promise<string[]> {
  const rows = await em.execute<{ resource_id: string }[]>(
    `select distinct c.resource_id from claims c join bookings b on b.id = c.booking_id
     where b.order_id = ? and c.active and c.kind = 'guest'`,
    [orderId],
  );
  return rows.map((row) => row.resource_id);
}

/** A booking as the functions in SQL read it. */
export function bookingRecord(booking: Booking): object {
  return {
    id: booking.id,
    organisation_id: booking.organisationId,
    site_id: booking.siteId,
    order_id: booking.orderId,
    item_id: booking.itemId,
    customer_id: booking.customerId,
    offering_type: booking.offeringType,
    offering_id: booking.offeringId,
    session_id: booking.sessionId,
    guests: booking.guests,
    status: booking.status,
    price_minor: booking.priceMinor,
    request: booking.request,
    summary: booking.resources,
    ...{
      starts_at: instantText(booking.startsAtMs),
      ends_at: instantText(booking.endsAtMs),
      expires_at: instantText(booking.expiresAtMs),
    },
    ...{ created_at: instantText(booking.createdAtMs), updated_at: instantText(booking.updatedAtMs) },
    from_revision: booking.revision,
  };
}

/** Gives held bookings another expiry, or makes them lasting. False, with nothing changed, when one has lapsed or was given back. */
export async function renewTime(
  em: SqlEntityManager,
  ids: string[],
  { status, expiresAtMs }: Pick<Booking, 'status' | 'expiresAtMs'>,
): Promise<boolean> {
  const [row] = await em.execute<{ is_renewed: boolean }[]>(
    `select renew_time(${textArray}, ?, ?::timestamptz) as is_renewed`,
    [JSON.stringify(ids), status, instantText(expiresAtMs)],
  );
  return row?.is_renewed === true;
}

function toBooking(row: BookingRow): Booking {
  return {
    id: row.id,
    organisationId: row.organisation_id,
    siteId: row.site_id,
    orderId: row.order_id,
    itemId: row.item_id,
    customerId: row.customer_id,
    offeringType: row.offering_type,
    offeringId: row.offering_id,
    sessionId: row.session_id,
    startsAtMs: Number(row.starts_ms),
    endsAtMs: Number(row.ends_ms),
    guests: row.guests,
    status: row.status,
    expiresAtMs: row.expires_ms === null ? null : Number(row.expires_ms),
    priceMinor: Number(row.price_minor),
    request: { areaIds: [], ...row.request },
    resources: row.summary,
    createdAtMs: Number(row.created_ms),
    updatedAtMs: Number(row.updated_ms),
    revision: Number(row.revision),
  };
}
