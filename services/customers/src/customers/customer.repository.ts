import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { Customer } from '@lido/proto/lido/customers/v1/customer.ts';
import { type FieldErrors, notFound } from '@lido/runtime/errors/refusal.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import { loadVisible } from '@lido/runtime/resource/load.ts';
import { brandScope } from '@lido/runtime/resource/scope.ts';
import type { ResourceSpec } from '@lido/runtime/resource/spec.ts';
import { newUuid } from '@lido/runtime/service/ids.ts';
import { detailErrors, toCustomer } from './customer.ts';
import { CustomerEntity, type CustomerRow } from './customer.entity.ts';
import { customerFilters } from './customer-filters.repository.ts';

/** A brand's customers. */
export const customerSpec: ResourceSpec<CustomerRow, Customer> = {
  noun: 'customer',
  entity: CustomerEntity,
  newId: newUuid,
  scope: brandScope(),
  writable: ['firstName', 'lastName', 'phone', 'email', 'dob', 'externalRef', 'guestlineRef', 'preferredLocale'],
  defaults: { preferredLocale: 'en', labelIds: [], preferenceIds: [] },
  toMessage: toCustomer,
  filters: customerFilters,
  orderBy: { createdAt: 'desc' },
  event: { saved: 'lido.customers.customer.saved', encode: (message) => Customer.encode(message).finish() },
  check: async (row, { em }) => ({ ...detailErrors(row), ...(await emailErrors(row, em)) }),
};

/** How to get at the customer an rpc is about: one of the caller's brands, or the caller. */
export type LoadCustomer = (em: SqlEntityManager) => Promise<CustomerRow>;

/** A customer of a brand the caller works for. Those whose data was erased are not found: they have nothing. */
export function readCustomer(id: string, call: Call): LoadCustomer {
  return (em) => loadVisible(customerSpec, id, call, { em, use: 'read' });
}

/** The same, to change something of theirs. */
export function writeCustomer(id: string, call: Call): LoadCustomer {
  return (em) => loadVisible(customerSpec, id, call, { em, use: 'write' });
}

/** The customer who is calling. */
export function loadMyself({ principal: { id, organisationId } }: Call): LoadCustomer {
  return async (em) => {
    const row = await em.findOne(CustomerEntity, { id, organisationId, deletedAt: null });
    if (row === null) throw notFound(id);
    return row;
  };
}

async function emailErrors(row: CustomerRow, em: SqlEntityManager): Promise<FieldErrors> {
  if (row.email == null) return {};
  const [taken] = await em.execute<unknown[]>(
    'select 1 from customers where brand_id = ? and email = ? and id <> ? and deleted_at is null',
    [row.brandId, row.email, row.id],
  );
  return taken === undefined ? {} : { email: ['Another customer of the brand has this e-mail address.'] };
}
