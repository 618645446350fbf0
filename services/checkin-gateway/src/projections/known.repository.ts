import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { CheckInCustomer } from '@lido/proto/lido/checkin/v1/check_in.ts';
import type { Customer } from '@lido/proto/lido/customers/v1/customer.ts';
import type { HeldBooking, HeldMembership } from '../visits/decision.ts';

/** A customer as far as doors and check-ins need them. */
export interface KnownCustomer extends CheckInCustomer {
  readonly brandId: string;
  readonly isBlocked: boolean;
  readonly isErased: boolean;
}

/** What the projections hold of a medium's holder. */
export interface KnownHolder {
  readonly customerId: string;
  readonly isMediumBlocked: boolean;
}

interface CustomerColumns {
  id: string;
  brand_id: string;
  first_name: string | null;
  last_name: string | null;
  full_name: string | null;
  email: string | null;
  is_blocked: boolean;
  is_erased: boolean;
}

const customerColumns = `id, brand_id, first_name, last_name, full_name, email,
  access_blocked_at is not null as is_blocked, erased_at is not null as is_erased`;

/** The customers of these ids that are known in the organisation, by id. */
export async function findKnownCustomers(
  em: SqlEntityManager,
  organisationId: string,
  ids: readonly string[],
): Promise<Map<string, KnownCustomer>> {
  if (ids.length === 0) return new Map();
  const rows = await em.execute<CustomerColumns[]>(
    `select ${customerColumns} from known_customers where organisation_id = ? and id in (${ids.map(() => '?').join(', ')})`,
    [organisationId, ...ids],
  );
  return new Map(rows.map((row) => [row.id, toKnownCustomer(row)]));
}

/** Keeps a customer's newest state; of an owner's answer only what no event has told better. */
export async function keepCustomer(
  em: SqlEntityManager,
  customer: Customer,
  origin: 'event' | 'answer',
): Promise<void> {
  const update = `do update set organisation_id = excluded.organisation_id, brand_id = excluded.brand_id,
    first_name = excluded.first_name, last_name = excluded.last_name, full_name = excluded.full_name,
    email = excluded.email, erased_at = excluded.erased_at, access_blocked_at = excluded.access_blocked_at`;
  await em.execute(
    `insert into known_customers
       (id, organisation_id, brand_id, first_name, last_name, full_name, email, erased_at, access_blocked_at)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (id) ${origin === 'event' ? update : 'do nothing'}`,
    [
      ...[
        customer.id,
        customer.organisationId,
        customer.brandId,
        customer.firstName ?? null,
        customer.lastName ?? null,
      ],
      ...[customer.fullName ?? null, customer.email ?? null],
      ...[instantOf(customer.deletedAt), instantOf(customer.accessBlockedAt)],
    ],
    'run',
  );
}

/** An instant of another service's message; null where it has none. */
export function instantOf(text: string | null | undefined): Date | null {
  return text ? new Date(text) : null;
}

/** Who holds a medium; a barcode may also be a customer's own id. */
export async function findHolder(
  em: SqlEntityManager,
  organisationId: string,
  value: string,
): Promise<KnownHolder | undefined> {
  const [row] = await em.execute<{ customer_id: string; is_blocked: boolean }[]>(
    `select customer_id, blocked_at is not null as is_blocked from known_media where organisation_id = ? and value = ?
     union all
     select id, false from known_customers where organisation_id = ? and id = ?
     limit 1`,
    [organisationId, value, organisationId, value],
  );
  return row && { customerId: row.customer_id, isMediumBlocked: row.is_blocked };
}

/** A customer's memberships, whatever their state. */
export async function findMemberships(
  em: SqlEntityManager,
  organisationId: string,
  customerId: string,
): Promise<HeldMembership[]> {
  return em.execute<HeldMembership[]>(
    `select id, site_id as "siteId", status, attention_reason as "attentionReason",
            start_date as "startDate", end_date as "endDate", visits_remaining as "visitsRemaining"
     from known_memberships where organisation_id = ? and customer_id = ? order by start_date, id`,
    [organisationId, customerId],
  );
}

/** A customer's bookings that have not ended at an instant. */
export async function findBookings(
  em: SqlEntityManager,
  organisationId: string,
  customerId: string,
  nowMs: number,
): Promise<HeldBooking[]> {
  const rows = await em.execute<{ siteId: string; startsAt: Date; endsAt: Date }[]>(
    `select site_id as "siteId", starts_at as "startsAt", ends_at as "endsAt"
     from known_bookings where organisation_id = ? and customer_id = ? and ends_at > ?`,
    [organisationId, customerId, new Date(nowMs)],
  );
  return rows.map(({ siteId, startsAt, endsAt }) => ({
    siteId,
    startMs: new Date(startsAt).getTime(),
    endMs: new Date(endsAt).getTime(),
  }));
}

function toKnownCustomer(row: CustomerColumns): KnownCustomer {
  return {
    id: row.id,
    brandId: row.brand_id,
    firstName: row.first_name,
    lastName: row.last_name,
    fullName: row.full_name,
    email: row.email,
    isBlocked: row.is_blocked,
    isErased: row.is_erased,
  };
}
