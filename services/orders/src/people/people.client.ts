import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { CustomerDirectoryServiceService } from '@lido/proto/lido/customers/internal/v1/customer.ts';
import type { Customer } from '@lido/proto/lido/customers/v1/customer.ts';
import { invalid, orUndefined } from '@lido/runtime/errors/refusal.ts';
import type { Peer } from '@lido/runtime/grpc/client.ts';
import { servicePrincipal } from '@lido/runtime/grpc/principal.ts';
import type { Sites } from '@lido/runtime/tenancy/sites.repository.ts';
import type { OrderRow } from '../orders/order.entity.ts';

/** What orders asks about customers. */
export interface People {
  /** The customer of an organisation, or undefined when it has none of this id. Throws unavailable when nobody can say. */
  find(id: string, organisationId: string, requestId: string): Promise<Customer | undefined>;
}

/** Wraps customers' directory. */
export function peopleFrom(peer: Peer<typeof CustomerDirectoryServiceService>): People {
  return {
    find: (id, organisationId, requestId) =>
      orUndefined(peer.findCustomer({ id }, { principal: servicePrincipal('orders', organisationId), requestId })),
  };
}

/** Who books, as a request says it. Null parts say nothing. */
export interface ContactDetails {
  id?: string | null | undefined;
  firstName?: string | null | undefined;
  lastName?: string | null | undefined;
  email?: string | null | undefined;
  phone?: string | null | undefined;
}

export interface SettingCustomer {
  people: People;
  sites: Sites;
  em: SqlEntityManager;
  requestId: string;
  /** The request's field that names the customer. */
  field: 'id' | 'customer_id';
}

/**
 * Notes who books: a known customer brings their contact details, which those of the request go before. One of another brand than the
 * order's site is worded as one that does not exist, and so is one who has been forgotten; who has booked it already stays.
 */
export async function setCustomer(order: OrderRow, details: ContactDetails, setting: SettingCustomer): Promise<void> {
  const id = details.id ?? null;
  const customer = id === null ? undefined : await findBooker(id, order, setting);
  if (id !== null && !customer && id !== order.customerId)
    throw invalid({ [setting.field]: [`There is no customer ${id}.`] });
  const known = customer ?? order;
  if (customer) order.customerId = customer.id;
  order.firstName = details.firstName ?? known.firstName ?? null;
  order.lastName = details.lastName ?? known.lastName ?? null;
  order.email = details.email ?? known.email ?? null;
  order.phone = details.phone ?? known.phone ?? null;
}

async function findBooker(
  id: string,
  { organisationId, siteId }: OrderRow,
  { people, sites, em, requestId }: SettingCustomer,
): Promise<Customer | undefined> {
  const customer = await people.find(id, organisationId, requestId);
  const site = await sites.find(em, siteId, { principal: servicePrincipal('orders', organisationId), requestId });
  return customer?.deletedAt == null && customer?.brandId === site?.brandId ? customer : undefined;
}
