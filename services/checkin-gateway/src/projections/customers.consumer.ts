import { Barcode } from '@lido/proto/lido/customers/v1/barcode.ts';
import { Customer } from '@lido/proto/lido/customers/v1/customer.ts';
import type { Subscription } from '@lido/runtime/events/consumer.ts';
import { projectSite } from '@lido/runtime/tenancy/sites.repository.ts';
import { forgetMedium, keepCustomer, keepMedium } from './keep.repository.ts';

/** Sites, customers and their media, as the doors know them. */
export const customersSubscription: Subscription = {
  name: 'checkin-from-customers',
  source: 'customers',
  mode: 'projection',
  handlers: {
    'lido.customers.site.saved': projectSite,
    'lido.customers.customer.saved': (event, { em }) =>
      keepCustomer(em, { ...Customer.decode(event.payload), organisationId: event.organisationId }, 'event'),
    'lido.customers.medium.saved': (event, { em }) =>
      keepMedium(em, { ...Barcode.decode(event.payload), organisationId: event.organisationId }),
    'lido.customers.medium.removed': (event, { em }) => forgetMedium(em, event.aggregateId),
  },
};
