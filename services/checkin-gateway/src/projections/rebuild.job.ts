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
 * Makes a projection what its owner exports, while doors read it and events keep coming: rows are replaced page by page, and what
 * neither the owner nor an event has told since `startedAt`, an instant of the database's clock, goes at the end. Of an
 * exported state and an event's that comes meanwhile the one with the higher version stays. Replicas may do it at the same time.
 */
export async function rebuild(projection: Projection, startedAt: Date, parts: RebuildParts): Promise<void> {
  const { tables, fill } = plans[projection];
  await fill({ ...parts, startedAt });
  for (const table of tables) await forgetUntold(parts.db.fork(), table, startedAt);
}

/** An aggregate as its owner exports it, and how it is kept. */
interface Exported {
  readonly id: string;
  readonly version: number;
  write(em: SqlEntityManager): Promise<void>;
}

/** What an owner exports after an id, and how many at most. */
interface Source {
  readonly subscription: Subscription;
  readonly pageMax: number;
  page(afterId: string): Promise<Exported[]>;
}

/** Keeps all that is exported, each page in one transaction, but for what an event has told newer. */
async function fill({ db, startedAt }: Rebuilding, { subscription, pageMax, page }: Source): Promise<void> {
  await rebuildProjection(
    async (afterId) => {
      const rows = await page(afterId);
      return { rows, next: rows.length < pageMax ? undefined : rows.at(-1)?.id };
    },
    (rows) =>
      db.transaction(async (em) => {
        for (const { id, version, write } of rows) {
          const exported = { aggregateId: id, version, since: startedAt };
          if (await recordExported(em, subscription.name, exported)) await write(em);
        }
      }),
  );
}

/** A row without its message would be taken for one that its owner no longer has. */
function complete<Message>(message: Message | null | undefined): Message {
  if (message == null) throw new Error('An owner exported a row without its message.');
  return message;
}

function fillCustomers(rebuilding: Rebuilding): Promise<void> {
  return fill(rebuilding, {
    subscription: customersSubscription,
    pageMax,
    page: async (afterId) => {
      const exported = await rebuilding.directories.customers.exportCustomers({ afterId, limit: pageMax }, caller);
      return exported.customers.map((row) => {
        const customer = complete(row.customer);
        return { id: customer.id, version: row.version, write: (em) => keepCustomer(em, customer, 'event') };
      });
    },
  });
}

function fillMedia(rebuilding: Rebuilding): Promise<void> {
  return fill(rebuilding, {
    subscription: customersSubscription,
    pageMax,
    page: async (afterId) => {
      const { media } = await rebuilding.directories.customers.exportMedia({ afterId, limit: pageMax }, caller);
      return media.map(({ organisationId, version, isRemoved, ...row }) => {
        const medium = { ...complete(row.medium), organisationId };
        const write = (em: SqlEntityManager) => (isRemoved ? forgetMedium(em, medium.id) : keepMedium(em, medium));
        return { id: medium.id, version, write };
      });
    },
  });
}

function fillMemberships(rebuilding: Rebuilding): Promise<void> {
  return fill(rebuilding, {
    subscription: membershipsSubscription,
    pageMax,
    page: async (afterId) => {
      const exported = await rebuilding.directories.memberships.exportMemberships({ afterId, limit: pageMax }, caller);
      return exported.memberships.map((row) => {
        const membership = complete(row.membership);
        return { id: membership.id, version: row.version, write: (em) => keepMembership(em, membership) };
      });
    },
  });
}

/** Of orders only those of which something ended no longer ago than it is kept. */
function fillFromOrders(
  rebuilding: Rebuilding,
  subscription: Subscription,
  keptMs: number,
  keepOrder: (em: SqlEntityManager, order: Order) => Promise<void>,
): Promise<void> {
  const { directories, clock } = rebuilding;
  const endsAfter = new Date(clock.nowMs() - keptMs).toISOString();
  return fill(rebuilding, {
    subscription,
    pageMax: ordersPageMax,
    page: async (afterId) => {
      const exported = await directories.orders.exportOrders({ afterId, limit: ordersPageMax, endsAfter }, caller);
      return exported.orders.map((row) => {
        const order = complete(row.order);
        return { id: order.id, version: row.version, write: (em) => keepOrder(em, order) };
      });
    },
  });
}
