import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { CheckInCustomer } from '@lido/proto/lido/checkin/v1/check_in.ts';
import type { HeldBooking, HeldMembership } from '../visits/decision.ts';

/** A customer as far as doors and check-ins need them. */
export interface KnownCustomer extends CheckInCustomer {
  readonly brandId: string;
  readonly isBlocked: boolean;
  readonly isErased: boolean;
}

/** What the projections hold of a medium, its holder and what lets them in. */
export interface KnownHolder {
  readonly isMediumBlocked: boolean;
  readonly customer: KnownCustomer | undefined;
  readonly memberships: readonly HeldMembership[];
  readonly bookings: readonly HeldBooking[];
}

/** Whom a medium is looked up for: bookings that have ended at `nowMs` do not count. */
export interface HolderQuestion {
  readonly organisationId: string;
  readonly mediumValue: string;
  readonly nowMs: number;
}

const customerObject = `jsonb_build_object('id', c.id, 'brandId', c.brand_id, 'firstName', c.first_name,
  'lastName', c.last_name, 'fullName', c.full_name, 'email', c.email,
  'isBlocked', c.access_blocked_at is not null, 'isErased', c.erased_at is not null)`;

const membershipObject = `jsonb_build_object('id', m.id, 'siteId', m.site_id, 'status', m.status,
  'attentionReason', m.attention_reason, 'startDate', m.start_date, 'endDate', m.end_date,
  'visitsRemaining', m.visits_remaining)`;

const bookingObject = `jsonb_build_object('siteId', b.site_id,
  'startMs', (extract(epoch from b.starts_at) * 1000)::bigint, 'endMs', (extract(epoch from b.ends_at) * 1000)::bigint)`;

/** Of a customer whose organisation and id the two placeholders name. */
const membershipsOf = (organisation: string, customer: string): string =>
  `(select coalesce(jsonb_agg(${membershipObject} order by m.start_date, m.id), '[]')
    from known_memberships m where m.organisation_id = ${organisation} and m.customer_id = ${customer})`;

const bookingsOf = (organisation: string, customer: string): string =>
  `(select coalesce(jsonb_agg(${bookingObject} order by b.starts_at, b.id), '[]')
    from known_bookings b where b.organisation_id = ${organisation} and b.customer_id = ${customer} and b.ends_at > ?)`;

/** The customers of these ids that are known in the organisation, by id. */
export async function findKnownCustomers(
  em: SqlEntityManager,
  organisationId: string,
  ids: readonly string[],
): Promise<Map<string, KnownCustomer>> {
  if (ids.length === 0) return new Map();
  const rows = await em.execute<{ customer: KnownCustomer }[]>(
    `select ${customerObject} as customer from known_customers c
     where c.organisation_id = ? and c.id in (${ids.map(() => '?').join(', ')})`,
    [organisationId, ...ids],
  );
  return new Map(rows.map(({ customer }) => [customer.id, customer]));
}

/**
 * All that a tap depends on, in one statement: who holds the medium, and what lets them in. A barcode may also be a
 * customer's own id. Undefined when the organisation has no such medium.
 */
export async function findHolder(
  em: SqlEntityManager,
  { organisationId, mediumValue, nowMs }: HolderQuestion,
): Promise<KnownHolder | undefined> {
  const [row] = await em.execute<(Omit<KnownHolder, 'customer'> & { customer: KnownCustomer | null })[]>(
    `with medium as materialized (
       select organisation_id, customer_id, blocked_at is not null as is_blocked
       from known_media where organisation_id = ? and value = ?
       union all
       select organisation_id, id, false from known_customers where organisation_id = ? and id = ?
       limit 1)
     select medium.is_blocked as "isMediumBlocked", case when c.id is not null then ${customerObject} end as customer,
            ${membershipsOf('medium.organisation_id', 'medium.customer_id')} as memberships,
            ${bookingsOf('medium.organisation_id', 'medium.customer_id')} as bookings
     from medium
     left join known_customers c on c.id = medium.customer_id and c.organisation_id = medium.organisation_id`,
    [organisationId, mediumValue, organisationId, mediumValue, new Date(nowMs)],
  );
  return row && { ...row, customer: row.customer ?? undefined };
}

/** A customer's memberships, whatever their state. */
export async function findMemberships(
  em: SqlEntityManager,
  organisationId: string,
  customerId: string,
): Promise<readonly HeldMembership[]> {
  const [row] = await em.execute<Pick<KnownHolder, 'memberships'>[]>(
    `select ${membershipsOf('?', '?')} as memberships`,
    [organisationId, customerId],
  );
  return row?.memberships ?? [];
}

/** What lets a customer in: memberships whatever their state, and bookings that have not ended at an instant. */
export async function findHoldings(
  em: SqlEntityManager,
  { organisationId, customerId, nowMs }: { organisationId: string; customerId: string; nowMs: number },
): Promise<Pick<KnownHolder, 'memberships' | 'bookings'>> {
  const [row] = await em.execute<Pick<KnownHolder, 'memberships' | 'bookings'>[]>(
    `select ${membershipsOf('?', '?')} as memberships, ${bookingsOf('?', '?')} as bookings`,
    [organisationId, customerId, organisationId, customerId, new Date(nowMs)],
  );
  return row ?? { memberships: [], bookings: [] };
}
