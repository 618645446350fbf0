import { Barcode } from '@lido/proto/lido/customers/v1/barcode.ts';
import { Customer } from '@lido/proto/lido/customers/v1/customer.ts';
import type { EventHandler, Subscription } from '@lido/runtime/events/consumer.ts';
import { projectSite } from '@lido/runtime/tenancy/sites.repository.ts';
import { instantOf, keepCustomer } from './known.repository.ts';
import { noteLag } from './lag.repository.ts';

/** Sites, customers and their media, as the doors know them. */
export function customersSubscription(): Subscription {
  return {
    name: 'checkin-from-customers',
    source: 'customers',
    mode: 'projection',
    handlers: {
      'lido.customers.site.saved': noteLag('customers', projectSite),
      'lido.customers.customer.saved': noteLag('customers', projectCustomer),
      'lido.customers.medium.saved': noteLag('customers', projectMedium),
      'lido.customers.medium.removed': noteLag('customers', removeMedium),
    },
  };
}

const projectCustomer: EventHandler = async (event, { em }) => {
  const customer = Customer.decode(event.payload);
  await keepCustomer(em, { ...customer, organisationId: event.organisationId }, 'event');
};

const projectMedium: EventHandler = async (event, { em }) => {
  const medium = Barcode.decode(event.payload);
  await em.execute(
    `insert into known_media (id, organisation_id, customer_id, kind, value, blocked_at) values (?, ?, ?, ?, ?, ?)
     on conflict (id) do update set customer_id = excluded.customer_id, kind = excluded.kind, value = excluded.value,
       blocked_at = excluded.blocked_at`,
    [
      ...[event.aggregateId, event.organisationId, medium.customerId, medium.kind, medium.barcode],
      instantOf(medium.blockedAt),
    ],
    'run',
  );
};

const removeMedium: EventHandler = async (event, { em }) => {
  await em.execute('delete from known_media where id = ?', [event.aggregateId], 'run');
};
