import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { textArray } from '../claims/claim.repository.ts';
import type { BookedPlace } from './session-booking.ts';

/** How many bookings of a session wait for a place, have come, or have stayed away. */
export interface Attendance {
  waitlisted: number;
  checkedIn: number;
  noShow: number;
}

export const nobody: Attendance = { waitlisted: 0, checkedIn: 0, noShow: 0 };

/** Counts the bookings of sessions by what became of them; sessions without any are left out. */
export async function attendanceOf(em: SqlEntityManager, sessionIds: string[]): Promise<Map<string, Attendance>> {
  const rows = await em.execute<({ session_id: string } & Record<keyof Attendance, string>)[]>(
    `select session_id, count(*) filter (where status = 'waitlisted') as waitlisted,
       count(*) filter (where status = 'confirmed' and checked_in_at is not null) as "checkedIn",
       count(*) filter (where status = 'confirmed' and no_show_at is not null) as "noShow"
     from bookings where session_id = any (${textArray}) group by session_id`,
    [JSON.stringify(sessionIds)],
  );
  const counts = rows.map(({ session_id, waitlisted, checkedIn, noShow }): [string, Attendance] => [
    session_id,
    { waitlisted: Number(waitlisted), checkedIn: Number(checkedIn), noShow: Number(noShow) },
  ]);
  return new Map(counts);
}

/** Which bookings are meant; what is absent filters nothing. */
export interface BookedFilter {
  ids?: string[] | undefined;
  sessionIds?: string[] | undefined;
  orderIds?: string[] | undefined;
  customerIds?: string[] | undefined;
  siteIds?: string[] | undefined;
  organisationId?: string;
  /** Only those on the waiting list, in their order. */
  isWaitlisted?: boolean;
}

const epochMs = (column: string): string => `floor(extract(epoch from b.${column}_at) * 1000)::float8`;
const columns = `b.id, b.organisation_id as "organisationId", b.site_id as "siteId", b.session_id as "sessionId",
  s.session_type_id as "sessionTypeId", t.name as "sessionTypeName", b.order_id as "orderId", b.item_id as "itemId",
  b.customer_id as "customerId", b.guests, b.status, ${epochMs('starts')} as "startsAtMs", ${epochMs('created')} as "createdAtMs",
  ${epochMs('updated')} as "updatedAtMs", ${epochMs('checked_in')} as "checkedInAtMs",
  ${epochMs('checked_out')} as "checkedOutAtMs", ${epochMs('no_show')} as "noShowAtMs"`;

/** What has places or waits for one, and what was cancelled with its session; not what baskets let go or never got. */
const counted = `from bookings b join sessions s on s.id = b.session_id join session_types t on t.id = s.session_type_id
  where (b.status in ('confirmed', 'waitlisted') or (b.status = 'held' and b.expires_at > lido_now())
    or (b.status = 'released' and b.cancelled_at is not null))`;

const optional = (column: string): string => `and (?::jsonb is null or ${column} = any (${textArray}))`;
const matching = `${counted} ${['b.id', 'b.session_id', 'b.order_id', 'b.customer_id', 'b.site_id'].map(optional).join(' ')}
  and (?::varchar is null or b.organisation_id = ?) and (?::boolean is not true or b.status = 'waitlisted')`;

/** The bookings of sessions by the session's start, in the order they were made; those who wait come last, in their own. */
export async function bookedPlaces(
  em: SqlEntityManager,
  filter: BookedFilter,
  page: { offset: number; limit: number } | undefined = undefined,
): Promise<BookedPlace[]> {
  const paging = page ? `limit ${page.limit} offset ${page.offset}` : '';
  return em.execute<BookedPlace[]>(
    `select ${columns} ${matching} order by b.starts_at, b.waiting_no nulls first, b.created_at, b.id ${paging}`,
    parametersOf(filter),
  );
}

/** How many there are in all. */
export async function countBookedPlaces(em: SqlEntityManager, filter: BookedFilter): Promise<number> {
  const [row] = await em.execute<{ total: string }[]>(`select count(*) as total ${matching}`, parametersOf(filter));
  return Number(row?.total ?? 0);
}

function parametersOf(filter: BookedFilter): (string | boolean | null)[] {
  const { ids, sessionIds, orderIds, customerIds, siteIds, organisationId = null, isWaitlisted = false } = filter;
  const lists = [ids, sessionIds, orderIds, customerIds, siteIds].map((list) => (list ? JSON.stringify(list) : null));
  return [...lists.flatMap((list) => [list, list]), organisationId, organisationId, isWaitlisted];
}

/** When the guests of a booking came and left, or that they stayed away. */
export type Visit = Pick<BookedPlace, 'checkedInAtMs' | 'checkedOutAtMs' | 'noShowAtMs'>;

/** Locks a booking while its visit is changed, so that two people at the desk do not undo each other. */
export async function lockBooking(em: SqlEntityManager, id: string): Promise<void> {
  await em.execute('select 1 from bookings where id = ? for update', [id]);
}

/** Notes a booking's visit. */
export async function saveVisit(em: SqlEntityManager, id: string, visit: Visit): Promise<void> {
  const instants = [visit.checkedInAtMs, visit.checkedOutAtMs, visit.noShowAtMs];
  await em.execute(
    `update bookings set checked_in_at = ?, checked_out_at = ?, no_show_at = ?, updated_at = lido_now() where id = ?`,
    [...instants.map((epochMs) => (epochMs === null ? null : new Date(epochMs))), id],
    'run',
  );
}
