import type { CreateCustomerRequest, ListCustomersRequest } from '@lido/proto/lido/customers/v1/customer.ts';
import type { Site } from '@lido/proto/lido/customers/v1/site.ts';

/** A site's body, as a client would send it. */
export function site(fields: Partial<Site> = {}): Site {
  return {
    id: '',
    organisationId: '',
    brandId: '',
    name: 'Harbour Spa',
    timezone: 'Europe/London',
    currency: 'gbp',
    locale: null,
    holdMinutes: null,
    openingHours: [{ weekday: 'monday', timeFrom: '09:00', timeTo: '21:00' }],
    openingExceptions: [],
    createdAt: '',
    updatedAt: '',
    ...fields,
  };
}

/** A new customer's body, as a client would send it. */
export function newCustomer(fields: Partial<CreateCustomerRequest> = {}): CreateCustomerRequest {
  return { firstName: 'Ada', lastName: 'Byron', marketingPreferenceIds: [], ...fields };
}

/** A list request that filters nothing but by the given. */
export function anyCustomers(fields: Partial<ListCustomersRequest> = {}): ListCustomersRequest {
  return { labelIds: [], id: [], ...fields };
}
