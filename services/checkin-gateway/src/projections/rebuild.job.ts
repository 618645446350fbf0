import type { CustomerDirectoryServiceService } from '@lido/proto/lido/customers/internal/v1/customer.ts';
import type { SiteDirectoryServiceService } from '@lido/proto/lido/customers/internal/v1/site.ts';
import type { EntitlementServiceService } from '@lido/proto/lido/memberships/internal/v1/entitlement.ts';
import type { OrderDirectoryServiceService } from '@lido/proto/lido/orders/internal/v1/order.ts';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { Database } from '@lido/runtime/db/database.ts';
import type { Subscription } from '@lido/runtime/events/consumer.ts';
import { recordExported } from '@lido/runtime/events/inbox.ts';
import { rebuildProjection } from '@lido/runtime/events/rebuild.ts';
import type { Caller, Peer } from '@lido/runtime/grpc/client.ts';
import { servicePrincipal } from '@lido/runtime/grpc/principal.ts';
import type { Clock } from '@lido/runtime/service/clock.ts';
import { rebuildSites } from '@lido/runtime/tenancy/sites.repository.ts';
import { customersSubscription } from './customers.consumer.ts';
import { forgetMedium, keepBookings, keepCustomer, keepMedium, keepMembership } from './keep.repository.ts';
import { membershipsSubscription } from './memberships.consumer.ts';
import { ordersSubscription } from './orders.consumer.ts';
import type { FactSource } from './trust.ts';

/** The owners that export what the gateway projects. */
export interface Directories {
  readonly sites: Peer<typeof SiteDirectoryServiceService>;
  readonly customers: Peer<typeof CustomerDirectoryServiceService>;
  readonly memberships: Peer<typeof EntitlementServiceService>;
  readonly orders: Peer<typeof OrderDirectoryServiceService>;
}

export interface RebuildParts {
  readonly db: Database;
  readonly clock: Clock;
  readonly directories: Directories;
}

const pageMax = 200;
const ordersPageMax = 50;
const caller: Caller = { principal: servicePrincipal('checkin-gateway', ''), requestId: 'rebuild of projections' };

/**
 * Fills a source's projections from their owner, while events keep coming: of an exported state and an event's the one with
 * the higher version stays. Replicas may do it at the same time.
 */
export async function rebuildSource(source: FactSource, parts: RebuildParts): Promise<void> {
  switch (source) {
    case 'customers':
      await rebuildSites(parts.db, parts.directories.sites, caller);
      await rebuildCustomers(parts);
      await rebuildMedia(parts);
      return;
    case 'memberships':
      return rebuildMemberships(parts);
    case 'orders':
      return rebuildOrders(parts);
  }
}

/** Keeps an exported state unless an event has told a newer one. */
function keep(
  { db }: RebuildParts,
  { name }: Subscription,
  exported: { aggregateId: string; version: number },
  write: (em: SqlEntityManager) => Promise<void>,
): Promise<void> {
  return db.transaction(async (em) => {
    if (await recordExported(em, name, exported)) await write(em);
  });
}

async function rebuildCustomers(parts: RebuildParts): Promise<void> {
  await rebuildProjection(
    async (afterId) => {
      const { customers } = await parts.directories.customers.exportCustomers({ afterId, limit: pageMax }, caller);
      return { rows: customers, next: customers.length < pageMax ? undefined : customers.at(-1)?.customer?.id };
    },
    async ({ customer, version }) => {
      if (!customer) return;
      const exported = { aggregateId: customer.id, version };
      await keep(parts, customersSubscription, exported, (em) => keepCustomer(em, customer, 'event'));
    },
  );
}

async function rebuildMedia(parts: RebuildParts): Promise<void> {
  await rebuildProjection(
    async (afterId) => {
      const { media } = await parts.directories.customers.exportMedia({ afterId, limit: pageMax }, caller);
      return { rows: media, next: media.length < pageMax ? undefined : media.at(-1)?.medium?.id };
    },
    async ({ medium, organisationId, version, isRemoved }) => {
      if (!medium) return;
      await keep(parts, customersSubscription, { aggregateId: medium.id, version }, (em) =>
        isRemoved ? forgetMedium(em, medium.id) : keepMedium(em, { ...medium, organisationId }),
      );
    },
  );
}

async function rebuildMemberships(parts: RebuildParts): Promise<void> {
  await rebuildProjection(
    async (afterId) => {
      const { memberships } = await parts.directories.memberships.exportMemberships(
        { afterId, limit: pageMax },
        caller,
      );
      const next = memberships.length < pageMax ? undefined : memberships.at(-1)?.membership?.id;
      return { rows: memberships, next };
    },
    async ({ membership, version }) => {
      if (!membership) return;
      const exported = { aggregateId: membership.id, version };
      await keep(parts, membershipsSubscription, exported, (em) => keepMembership(em, membership));
    },
  );
}

/** Of orders only those whose time has not passed: nobody comes in for the others. */
async function rebuildOrders(parts: RebuildParts): Promise<void> {
  const endsAfter = new Date(parts.clock.nowMs()).toISOString();
  await rebuildProjection(
    async (afterId) => {
      const { orders } = await parts.directories.orders.exportOrders(
        { afterId, limit: ordersPageMax, endsAfter },
        caller,
      );
      return { rows: orders, next: orders.length < ordersPageMax ? undefined : orders.at(-1)?.order?.id };
    },
    async ({ order, version }) => {
      if (!order) return;
      await keep(parts, ordersSubscription, { aggregateId: order.id, version }, (em) => keepBookings(em, order));
    },
  );
}
