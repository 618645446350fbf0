import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { CheckInCustomer } from '@lido/proto/lido/checkin/v1/check_in.ts';
import type { HeldBooking, KnownMembership } from '../visits/decision.ts';

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
  readonly memberships: readonly KnownMembership[];
  readonly bookings: readonly HeldBooking[];
}

/** Whom a medium is looked up for: bookings that have ended at `nowMs` do not count. */
export interface HolderQuestion {
  readonly organisationId: string;
  readonly mediumValue: string;
  readonly nowMs: number;
}

/** The customers of these ids that are known in the organisation, by id. */
export async function findKnownCustomers(
  em: SqlEntityManager,
  organisationId: string,
  ids: readonly string[],
): Promise<Map<string, KnownCustomer>> {
  if (ids.length === 0) return new Map();
  const rows = await em.execute<{ customer: KnownCustomer }[]>(
    `select customer_object(c) as customer from known_customers c
     where c.organisation_id = ? and c.id in (${ids.map(() => '?').join(', ')})`,
    [organisationId, ...ids],
  );
  return new Map(rows.map(({ customer }) => [customer.id, customer]));
}

/** A holder as functions in SQL answer one; nothing where the organisation has no such medium. */
export interface HolderRow extends Pick<KnownHolder, 'memberships' | 'bookings'> {
  readonly isMediumBlocked: boolean | null;
  readonly customer: KnownCustomer | null;
}

/** What a function in SQL answers of a holder. */
export const holderColumns = 'is_medium_blocked as "isMediumBlocked", customer, memberships, bookings';

/** A holder as one was read. */
export function toHolder(row: HolderRow | undefined): KnownHolder | undefined {
  if (!row || row.isMediumBlocked === null) return undefined;
  return { ...row, isMediumBlocked: row.isMediumBlocked, customer: row.customer ?? undefined };
}

/**
 * All that a tap depends on, in one statement: who holds the medium, and what lets them in. A barcode may also be a
 * customer's own id. Undefined when the organisation has no such medium.
 */
export async function findHolder(
  em: SqlEntityManager,
  { organisationId, mediumValue, nowMs }: HolderQuestion,
): Promise<KnownHolder | undefined> {
  const [row] = await em.execute<HolderRow[]>(`select ${holderColumns} from holder_of(?, ?, ?)`, [
    organisationId,
    mediumValue,
    new Date(nowMs),
  ]);
  return toHolder(row);
}

/** A customer's memberships, whatever their state. */
export async function findMemberships(
  em: SqlEntityManager,
  organisationId: string,
  customerId: string,
): Promise<readonly KnownMembership[]> {
  const [row] = await em.execute<Pick<KnownHolder, 'memberships'>[]>(
    `select memberships from holdings_of(?, ?, 'infinity')`,
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
    `select memberships, bookings from holdings_of(?, ?, ?)`,
    [organisationId, customerId, new Date(nowMs)],
  );
  return row ?? { memberships: [], bookings: [] };
}
