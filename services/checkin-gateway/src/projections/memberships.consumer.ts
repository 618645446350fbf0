import { Membership } from '@lido/proto/lido/memberships/v1/membership.ts';
import type { EventHandler, Subscription } from '@lido/runtime/events/consumer.ts';
import { attentionWord, entitledMembers, statusWord } from './entitled-members.ts';
import { noteLag } from './lag.repository.ts';

/** Customers' memberships, as the doors know them. */
export function membershipsSubscription(): Subscription {
  return {
    name: 'checkin-from-memberships',
    source: 'memberships',
    mode: 'projection',
    handlers: { 'lido.memberships.membership.saved': noteLag('memberships', projectMembership) },
  };
}

const projectMembership: EventHandler = async (event, { em }) => {
  const membership = Membership.decode(event.payload);
  await em.execute('delete from known_memberships where id = ?', [membership.id], 'run');
  for (const customerId of entitledMembers(membership)) {
    await em.execute(
      `insert into known_memberships
         (id, customer_id, organisation_id, site_id, status, attention_reason, start_date, end_date,
          visits_remaining)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      [
        ...[membership.id, customerId, event.organisationId, membership.siteId, statusWord(membership.status)],
        ...[attentionWord(membership.attentionReason), membership.startDate, membership.endDate ?? null],
        membership.visitsRemaining ?? null,
      ],
      'run',
    );
  }
};
