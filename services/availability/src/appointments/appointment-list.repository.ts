import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { AppointmentStatus } from '@lido/proto/lido/availability/v1/appointment.ts';
import { textArray } from '../claims/claim.repository.ts';
import type { AppointmentFilter, ZoneBounds } from './appointment-filter.ts';

/** Which appointments are meant: those of the organisation's sites, whose clocks say where a date begins. */
export interface AppointmentQuery {
  organisationId: string;
  places: Place[];
  filter: AppointmentFilter;
  /** Who and what is in the filter's zones; null where it names none. */
  idsInZones: string[] | null;
}

/** Sites of one time zone with the times that are asked for there. */
export interface Place {
  siteIds: string[];
  bounds: ZoneBounds;
}

/** Sums over all that a query finds. Money is null where the sites have several currencies. */
export interface AppointmentSums {
  appointments: number;
  guests: number;
  durationMinutes: number;
  totalMinor: number | null;
  netMinor: number | null;
  currency: string | null;
}

interface Condition {
  sql: string;
  params: unknown[];
}

/** The ids of a page of appointments, or of all, ascending by start. */
export async function appointmentIds(
  em: SqlEntityManager,
  query: AppointmentQuery,
  { limit = null, offset = 0 }: { limit?: number | null; offset?: number } = {},
): Promise<string[]> {
  const { sql, params } = found(query);
  const rows = await em.execute<{ id: string }[]>(
    `select b.id ${sql} order by b.starts_at, b.id limit ?::bigint offset ?`,
    [...params, limit, offset],
  );
  return rows.map(({ id }) => id);
}

/** The sums over all pages. */
export async function appointmentSums(em: SqlEntityManager, query: AppointmentQuery): Promise<AppointmentSums> {
  const { sql, params } = found(query);
  const [row] = await em.execute<Record<'appointments' | 'guests' | 'minutes' | 'total' | 'net', string>[]>(
    `select count(*) as appointments, coalesce(sum(b.guests), 0) as guests,
       coalesce(sum(extract(epoch from b.ends_at - b.starts_at)) / 60, 0)::bigint as minutes,
       coalesce(sum(i.total_minor), 0) as total, coalesce(sum(i.net_minor), 0) as net ${sql}`,
    params,
  );
  const [currency = null, another] = await currenciesOf(em, query);
  const money = (minor: string | undefined): number | null => (another === undefined ? Number(minor ?? 0) : null);
  return {
    appointments: Number(row?.appointments ?? 0),
    guests: Number(row?.guests ?? 0),
    durationMinutes: Number(row?.minutes ?? 0),
    totalMinor: money(row?.total),
    netMinor: money(row?.net),
    currency: another === undefined ? currency : null,
  };
}

/** Minutes after their ends that live bookings keep their people, rooms and areas, by booking; none is 0. */
export async function buffersOf(em: SqlEntityManager, bookingIds: string[]): Promise<Map<string, number>> {
  const rows = await em.execute<{ id: string; minutes: number }[]>(
    `select b.id, (extract(epoch from max(upper(c.during)) - b.ends_at) / 60)::int as minutes
     from bookings b
     join (select booking_id, during from claims where active union all select booking_id, during from area_claims where active) c
       on c.booking_id = b.id
     where b.id = any (${textArray}) group by b.id`,
    [JSON.stringify(bookingIds)],
  );
  return new Map(rows.map(({ id, minutes }) => [id, minutes]));
}

async function currenciesOf(em: SqlEntityManager, { places }: AppointmentQuery): Promise<string[]> {
  const rows = await em.execute<{ currency: string }[]>(
    `select distinct lower(site->>'currency') as currency from known_sites where id = any (${textArray})`,
    [JSON.stringify(places.flatMap(({ siteIds }) => siteIds))],
  );
  return rows.map(({ currency }) => currency);
}

/** Everything of the query from `from` to the end of its conditions; the joins that nothing asks for cost nothing. */
function found({ organisationId, places, filter, idsInZones }: AppointmentQuery): Condition {
  const conditions = [
    { sql: `b.offering_type = 'appointment' and b.organisation_id = ?`, params: [organisationId] },
    either(places.map(placeCondition)),
    either(statusConditions(filter)),
    ...resourceConditions(filter, idsInZones),
  ];
  return {
    sql: `
      from bookings b
      cross join lateral (select lido_now() as now offset 0) moment
      left join order_cards o on o.order_id = b.order_id
      left join order_card_items i on i.item_id = b.id
      where ${conditions.map(({ sql }) => sql).join(' and ')}`,
    params: conditions.flatMap(({ params }) => params),
  };
}

/** Any of the conditions; none of none. */
function either(conditions: Condition[]): Condition {
  return {
    sql: conditions.length === 0 ? 'false' : `(${conditions.map(({ sql }) => `(${sql})`).join(' or ')})`,
    params: conditions.flatMap(({ params }) => params),
  };
}

/** Only the bounds there are become conditions, each on a bare column, so that an index serves. */
function placeCondition({ siteIds, bounds }: Place): Condition {
  const bounded: [string, number | null][] = [
    ['b.starts_at >=', bounds.startsFromMs],
    ['b.starts_at <', bounds.startsToMs],
    ['b.ends_at >', bounds.endsAfterMs],
    ['o.submitted_at >=', bounds.submittedFromMs],
    ['o.submitted_at <', bounds.submittedToMs],
  ];
  const asked = bounded.flatMap(([comparison, epochMs]) => (epochMs === null ? [] : [{ comparison, epochMs }]));
  return {
    sql: [
      `b.site_id = any (${textArray})`,
      ...asked.map(({ comparison }) => `${comparison} to_timestamp(?::float8 / 1000)`),
    ].join(' and '),
    params: [JSON.stringify(siteIds), ...asked.map(({ epochMs }) => epochMs)],
  };
}

const isHeld = `b.status = 'held' and b.expires_at > moment.now`;

const statusSql: Record<AppointmentStatus, string> = {
  APPOINTMENT_STATUS_UNSPECIFIED: 'false',
  APPOINTMENT_STATUS_NEW: `${isHeld} and o.status = 'ORDER_STATUS_NEW'`,
  APPOINTMENT_STATUS_IN_PROGRESS: `${isHeld} and o.status is distinct from 'ORDER_STATUS_NEW'`,
  APPOINTMENT_STATUS_CONFIRMED: `b.status = 'confirmed'`,
  // What was taken out of a basket was given back as well, but nobody cancelled it.
  APPOINTMENT_STATUS_CANCELLED: `b.status = 'released' and i.status = 'ORDER_ITEM_STATUS_CANCELLED'`,
};

const isLive = `b.status = 'confirmed' or ${isHeld}`;

function statusConditions({ status }: AppointmentFilter): Condition[] {
  const asked = status.length === 0 ? [isLive] : status.map((one) => statusSql[one]);
  return asked.map((sql) => ({ sql, params: [] }));
}

function resourceConditions(
  { practitionerId, roomId, status }: AppointmentFilter,
  idsInZones: readonly string[] | null,
): Condition[] {
  const hold = status.includes('APPOINTMENT_STATUS_CANCELLED') ? heldAnyOf : holdsAnyOf;
  const named = [practitionerId, roomId].filter((ids) => ids.length > 0);
  return [...named, ...(idsInZones === null ? [] : [idsInZones])].map(hold);
}

/** Live bookings hold what they claim. */
function holdsAnyOf(resourceIds: readonly string[]): Condition {
  return {
    sql: `b.id in (select c.booking_id from jsonb_array_elements_text(?::jsonb) wanted(id)
      join claims c on c.resource_id = wanted.id and c.active)`,
    params: [JSON.stringify(resourceIds)],
  };
}

/** The same with those that were given back; of them only the summary tells. */
function heldAnyOf(resourceIds: readonly string[]): Condition {
  const named = {
    sql: `b.status = 'released' and exists (
      select from jsonb_array_elements(b.summary->'practitioners' || (b.summary->'rooms')) named
      where named->>'id' = any (${textArray}))`,
    params: [JSON.stringify(resourceIds)],
  };
  return either([holdsAnyOf(resourceIds), named]);
}
