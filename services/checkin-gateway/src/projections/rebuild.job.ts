import type { CustomerDirectoryServiceService } from '@lido/proto/lido/customers/internal/v1/customer.ts';
import type { SiteDirectoryServiceService } from '@lido/proto/lido/customers/internal/v1/site.ts';
import type { EntitlementServiceService } from '@lido/proto/lido/memberships/internal/v1/entitlement.ts';
import type { OrderDirectoryServiceService } from '@lido/proto/lido/orders/internal/v1/order.ts';
import type { Order } from '@lido/proto/lido/orders/v1/order.ts';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { Database } from '@lido/runtime/db/database.ts';
import type { Subscription } from '@lido/runtime/events/consumer.ts';
import { recordExported } from '@lido/runtime/events/inbox.ts';
import { rebuildProjection } from '@lido/runtime/events/rebuild.ts';
import type { Caller, Peer } from '@lido/runtime/grpc/client.ts';
import { servicePrincipal } from '@lido/runtime/grpc/principal.ts';
import type { Clock } from '@lido/runtime/service/clock.ts';
import { rebuildSites } from '@lido/runtime/tenancy/sites.repository.ts';
import { bookedItemsSubscription } from '../presence/booked-items.consumer.ts';
import { keepBookedItems } from '../presence/booked-items.repository.ts';
import { customersSubscription } from './customers.consumer.ts';
import {
  forgetMedium,
  forgetUntold,
  keepBookings,
  keepCustomer,
  keepMedium,
  keepMembership,
  type ProjectionTable,
} from './keep.repository.ts';
import { membershipsSubscription } from './memberships.consumer.ts';
import { ordersSubscription } from './orders.consumer.ts';
import { bookedItemsKeptMs, bookingsKeptMs } from './retention.ts';
import type { Projection } from './sources.repository.ts';

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

/** A rebuild that began at an instant of the database's clock. */
interface Rebuilding extends RebuildParts {
  readonly startedAt: Date;
}

/** Where a projection is kept, and how it is filled with what its owner exports. */
interface Plan {
  readonly tables: readonly ProjectionTable[];
  fill(rebuilding: Rebuilding): Promise<void>;
}

const plans: Record<Projection, Plan> = {
  customers: {
    tables: ['known_customers', 'known_media'],
    fill: async (parts) => {
      await rebuildSites(parts.db, parts.directories.sites, caller);
      await fillCustomers(parts);
      await fillMedia(parts);
    },
  },
  memberships: { tables: ['known_memberships'], fill: fillMemberships },
  orders: {
    tables: ['known_bookings'],
    fill: (parts) => fillFromOrders(parts, ordersSubscription, bookingsKeptMs, keepBookings),
  },
  'booked-items': {
    tables: ['booked_items'],
    fill: (parts) => fillFromOrders(parts, bookedItemsSubscription(), bookedItemsKeptMs, keepBookedItems),
  },
};

const pageMax = 200;
const ordersPageMax = 50;
const caller: Caller = { principal: servicePrincipal('checkin-gateway', ''), requestId: 'rebuild of projections' };

/**
 * Makes a projection what its owner exports, while doors read it and events keep coming: rows are replaced one by one, and what
 * neither the owner nor an event has told since `startedAt`, an instant of the database's clock, goes at the end. Of an
 * exported state and an event's that comes meanwhile the one with the higher version stays. Replicas may do it at the same time.
 */
export async function rebuild(projection: Projection, startedAt: Date, parts: RebuildParts): Promise<void> {
  const { tables, fill } = plans[projection];
  await fill({ ...parts, startedAt });
  for (const table of tables) await forgetUntold(parts.db.fork(), table, startedAt);
}

/** Keeps an exported state unless an event has told a newer one. */
function keep(
  { db, startedAt }: Rebuilding,
  { name }: Subscription,
  exported: { aggregateId: string; version: number },
  write: (em: SqlEntityManager) => Promise<void>,
): Promise<void> {
  return db.transaction(async (em) => {
    if (await recordExported(em, name, { ...exported, since: startedAt })) await write(em);
  });
}

async function fillCustomers(parts: Rebuilding): Promise<void> {
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

async function fillMedia(parts: Rebuilding): Promise<void> {
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

async function fillMemberships(parts: Rebuilding): Promise<void> {
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

/** Of orders only those of which something ended no longer ago than it is kept. */
async function fillFromOrders(
  parts: Rebuilding,
  subscription: Subscription,
  keptMs: number,
  keepOrder: (em: SqlEntityManager, order: Order) => Promise<void>,
): Promise<void> {
  const endsAfter = new Date(parts.clock.nowMs() - keptMs).toISOString();
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
      await keep(parts, subscription, { aggregateId: order.id, version }, (em) => keepOrder(em, order));
    },
  );
}
