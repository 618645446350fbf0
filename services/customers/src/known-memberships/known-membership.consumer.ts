import { Membership } from '@lido/proto/lido/memberships/v1/membership.ts';
import type { EventHandler } from '@lido/runtime/events/consumer.ts';
import { parseInstant } from '@lido/runtime/time/zone.ts';

const statusPrefix = 'MEMBERSHIP_STATUS_';

/** Keeps what the customers list is filtered by; subscribe it to `lido.memberships.membership.saved`. */
export const projectMembership: EventHandler = async (event, { em }) => {
  const membership = Membership.decode(event.payload);
  const { id, siteId, members, type, rate, status, startDate, endDate, deletedAt } = membership;
  if (deletedAt != null) {
    await em.execute('delete from known_memberships where id = ?', [id], 'run');
    return;
  }
  await em.execute(
    `insert into known_memberships
       (id, customer_ids, membership_numbers, membership_type_id, membership_rate_id, status, end_date, created_at, site_id, start_date)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     on conflict (id) do update set
       customer_ids = excluded.customer_ids, membership_numbers = excluded.membership_numbers,
       membership_type_id = excluded.membership_type_id, membership_rate_id = excluded.membership_rate_id,
       status = excluded.status, end_date = excluded.end_date, site_id = excluded.site_id, start_date = excluded.start_date`,
    [
      id,
      arrayLiteral(members.map(({ customerId }) => customerId)),
      arrayLiteral(members.map(({ membershipNumber }) => membershipNumber)),
      type?.id ?? '',
      rate?.id ?? '',
      status.slice(statusPrefix.length).toLowerCase(),
      endDate ?? null,
      new Date(parseInstant(membership.createdAt) ?? event.occurredAtMs),
      siteId,
      startDate || null,
    ],
    'run',
  );
};

/** Ids and numbers as PostgreSQL writes an array; they contain nothing that would need escaping but are quoted all the same. */
function arrayLiteral(values: string[]): string {
  return `{${values.map((value) => JSON.stringify(value)).join(',')}}`;
}
