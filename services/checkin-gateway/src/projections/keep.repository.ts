import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { Barcode } from '@lido/proto/lido/customers/v1/barcode.ts';
import type { Customer } from '@lido/proto/lido/customers/v1/customer.ts';
import type { Membership } from '@lido/proto/lido/memberships/v1/membership.ts';
import type { Order } from '@lido/proto/lido/orders/v1/order.ts';
import { bookingsOf } from './bookings.ts';
import { attentionWord, entitledMembers, statusWord } from './entitled-members.ts';

/** Keeps a customer's newest state; of an owner's answer only what no event has told better. */
export async function keepCustomer(
  em: SqlEntityManager,
  customer: Customer,
  origin: 'event' | 'answer',
): Promise<void> {
  const update = `do update set organisation_id = excluded.organisation_id, brand_id = excluded.brand_id,
    first_name = excluded.first_name, last_name = excluded.last_name, full_name = excluded.full_name,
    email = excluded.email, erased_at = excluded.erased_at, access_blocked_at = excluded.access_blocked_at,
    told_at = excluded.told_at`;
  await em.execute(
    `insert into known_customers
       (id, organisation_id, brand_id, first_name, last_name, full_name, email, erased_at, access_blocked_at)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (id) ${origin === 'event' ? update : 'do nothing'}`,
    [
      ...[customer.id, customer.organisationId, customer.brandId],
      ...[customer.firstName ?? null, customer.lastName ?? null, customer.fullName ?? null, customer.email ?? null],
      ...[instantOf(customer.deletedAt), instantOf(customer.accessBlockedAt)],
    ],
    'run',
  );
}

/** Keeps a medium's newest state. */
export async function keepMedium(em: SqlEntityManager, medium: Barcode & { organisationId: string }): Promise<void> {
  await em.execute(
    `insert into known_media (id, organisation_id, customer_id, kind, value, blocked_at) values (?, ?, ?, ?, ?, ?)
     on conflict (id) do update set customer_id = excluded.customer_id, kind = excluded.kind, value = excluded.value,
       blocked_at = excluded.blocked_at, told_at = excluded.told_at`,
    [
      ...[medium.id, medium.organisationId, medium.customerId, medium.kind, medium.barcode],
      instantOf(medium.blockedAt),
    ],
    'run',
  );
}

/** Takes a medium out of use. */
export async function forgetMedium(em: SqlEntityManager, id: string): Promise<void> {
  await em.execute('delete from known_media where id = ?', [id], 'run');
}

/** Keeps a membership's newest state for everybody it lets in. */
export async function keepMembership(em: SqlEntityManager, membership: Membership): Promise<void> {
  await em.execute('delete from known_memberships where id = ?', [membership.id], 'run');
  for (const customerId of entitledMembers(membership)) {
    await em.execute(
      `insert into known_memberships
         (id, customer_id, organisation_id, site_id, status, attention_reason, start_date, end_date, visit_limit)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      [
        ...[membership.id, customerId, membership.organisationId, membership.siteId, statusWord(membership.status)],
        ...[attentionWord(membership.attentionReason), membership.startDate, membership.endDate ?? null],
        membership.visitLimit ?? null,
      ],
      'run',
    );
  }
}

/** Keeps what an order lets people in for. */
export async function keepBookings(em: SqlEntityManager, order: Order): Promise<void> {
  await em.execute('delete from known_bookings where order_id = ?', [order.id], 'run');
  for (const booking of bookingsOf(order)) {
    await em.execute(
      `insert into known_bookings (id, order_id, organisation_id, customer_id, site_id, starts_at, ends_at)
       values (?, ?, ?, ?, ?, ?, ?)`,
      [
        ...[booking.id, order.id, order.organisationId, booking.customerId, order.siteId],
        ...[new Date(booking.startMs), new Date(booking.endMs)],
      ],
      'run',
    );
  }
}

/** Where projections of other services' facts are kept; each row says when it was last told. */
export type ProjectionTable =
  | 'known_customers'
  | 'known_media'
  | 'known_memberships'
  | 'known_bookings'
  | 'booked_items';

/** Takes away what nobody has told since an instant of the database's clock. */
export async function forgetUntold(em: SqlEntityManager, table: ProjectionTable, since: Date): Promise<void> {
  await em.execute(`delete from ${table} where told_at < ?`, [since], 'run');
}

function instantOf(text: string | null | undefined): Date | null {
  return text ? new Date(text) : null;
}
