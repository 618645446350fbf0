import { Membership } from '@lido/proto/lido/memberships/v1/membership.ts';
import type { Subscription } from '@lido/runtime/events/consumer.ts';
import { keepMembership } from './keep.repository.ts';

/** Customers' memberships, as the doors know them. */
export const membershipsSubscription: Subscription = {
  name: 'checkin-from-memberships',
  source: 'memberships',
  mode: 'projection',
  handlers: {
    'lido.memberships.membership.saved': (event, { em }) =>
      keepMembership(em, { ...Membership.decode(event.payload), organisationId: event.organisationId }),
  },
};
