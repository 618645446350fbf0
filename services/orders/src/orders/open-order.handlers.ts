import type { RequiredEntityData } from '@mikro-orm/core';
import type { Site } from '@lido/proto/lido/customers/v1/site.ts';
import type { OrderStatus } from '@lido/proto/lido/orders/parts/v1/order_status.ts';
import { invalid } from '@lido/runtime/errors/refusal.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import { type Principal, servicePrincipal, visibleSites } from '@lido/runtime/grpc/principal.ts';
import { setCustomer } from '../people/people.client.ts';
import type { Aggregate } from './aggregate.ts';
import { OrderEntity, type OrderRow } from './order.entity.ts';
import { newColumns, nextOrderRef, saveOrder, type Writer } from './order.repository.ts';
import type { Ports } from './ports.ts';

/** How an order begins. */
export interface Opening {
  id: string;
  siteId: string;
  customerId: string | null;
  status: OrderStatus;
  externalRef: string | null;
}

/** Begins an order or a basket at a site the caller can see, and answers it with the site's time zone. */
export async function openOrder(
  opening: Opening,
  ports: Ports,
  call: Call,
  writer: Writer,
): Promise<{ aggregate: Aggregate; zone: string }> {
  const { em } = writer;
  const site = await findSite(opening.siteId, ports, call, writer);
  const order = em.create(OrderEntity, {
    ...newColumns(opening.id, site.organisationId, writer),
    siteId: site.id,
    orderRef: await nextOrderRef(em, site.id),
    status: opening.status,
    stage: 'ORDER_STAGE_NOT_ARRIVED',
    // Orders show it in lower case and membership rates in upper case, as their published shapes do.
    currency: site.currency.toLowerCase(),
    externalRef: opening.externalRef,
    labelIds: [],
    totalMinor: 0,
    unpaidMinor: 0,
  } as unknown as RequiredEntityData<OrderRow>);
  const aggregate: Aggregate = { order, items: [], packages: [], guests: [], payments: [], notes: [] };
  const customerId = call.principal.kind === 'KIND_CUSTOMER' ? call.principal.id : opening.customerId;
  if (customerId !== null) {
    const details = { id: customerId, firstName: null, lastName: null, email: null, phone: null };
    const { people, sites } = ports;
    await setCustomer(order, details, { people, sites, em, requestId: call.requestId, field: 'customer_id' });
  }
  const zone = await saveOrder(aggregate, 'saved', writer);
  return { aggregate, zone };
}

/** A site of a body that the caller can not see is worded as one that does not exist. */
async function findSite(id: string, { sites }: Ports, call: Call, { em }: Writer): Promise<Site> {
  const { principal, requestId } = call;
  const site = await sites.find(em, id, { principal: servicePrincipal('orders', principal.organisationId), requestId });
  if (!site || site.organisationId !== principal.organisationId || !isSeen(site, principal))
    throw invalid({ site_id: [`There is no site ${id}.`] });
  return site;
}

function isSeen({ id, brandId }: Site, principal: Principal): boolean {
  if (principal.kind === 'KIND_STAFF') return visibleSites(principal)?.includes(id) ?? true;
  return principal.kind !== 'KIND_CUSTOMER' || principal.brandIds.includes(brandId);
}
