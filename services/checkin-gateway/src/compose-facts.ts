import { CustomerDirectoryServiceService } from '@lido/proto/lido/customers/internal/v1/customer.ts';
import { SiteDirectoryServiceService } from '@lido/proto/lido/customers/internal/v1/site.ts';
import { EntitlementServiceService } from '@lido/proto/lido/memberships/internal/v1/entitlement.ts';
import { OrderDirectoryServiceService } from '@lido/proto/lido/orders/internal/v1/order.ts';
import type { Subscription } from '@lido/runtime/events/consumer.ts';
import type { ServiceParts } from '@lido/runtime/service/start-service.ts';
import { sweeperOf } from '@lido/runtime/service/sweeper.ts';
import { type Sites, sitesFrom } from '@lido/runtime/tenancy/sites.repository.ts';
import type { CheckinGatewayConfig } from './config.ts';
import { customersSubscription } from './projections/customers.consumer.ts';
import { membershipsSubscription } from './projections/memberships.consumer.ts';
import { ordersSubscription } from './projections/orders.consumer.ts';
import { doorAskingMs, ownersFrom } from './projections/owners.client.ts';
import { type Directories, rebuild } from './projections/rebuild.job.ts';
import { openSources } from './projections/sources.job.ts';
import { tidyBookings } from './projections/tidy-bookings.job.ts';
import type { FactsOptions } from './visits/facts.repository.ts';

/** What the doors know of other services' customers, memberships and orders, and how current that is. */
export interface ComposedFacts extends Omit<FactsOptions, 'clock'> {
  readonly sites: Sites;
  readonly subscriptions: Subscription[];
  /** Keeps the knowledge current until it is stopped. */
  follow(): { stop(): Promise<void> }[];
}

/** Owners say every second that they are there; a few of those may come late. */
const freshMs = 5_000;

const tidyEveryMs = 3_600_000;

/** Puts it together. */
export async function composeFacts(parts: ServiceParts, config: CheckinGatewayConfig): Promise<ComposedFacts> {
  const directories: Directories = {
    sites: parts.peer(SiteDirectoryServiceService, 'customers', config.LIDO_CUSTOMERS_ADDRESS),
    customers: parts.peer(CustomerDirectoryServiceService, 'customers', config.LIDO_CUSTOMERS_ADDRESS),
    memberships: parts.peer(EntitlementServiceService, 'memberships', config.LIDO_MEMBERSHIPS_ADDRESS),
    orders: parts.peer(OrderDirectoryServiceService, 'orders', config.LIDO_ORDERS_ADDRESS),
  };
  const subscriptions = [customersSubscription, membershipsSubscription, ordersSubscription];
  const sources = await openSources({
    parts,
    subscriptions,
    rebuild: (projection, startedAt) => rebuild(projection, startedAt, { ...parts, directories }),
  });
  return {
    owners: ownersFrom(directories),
    sites: sitesFrom(directories.sites),
    sources,
    askingMs: doorAskingMs,
    limits: { freshMs, maxAgeMs: config.LIDO_PROJECTION_MAX_AGE_SECONDS * 1_000 },
    subscriptions,
    follow: () => [
      ...sources.follow(),
      sweeperOf(() => tidyBookings(parts), { name: 'ended bookings', everyMs: tidyEveryMs, ...parts }).start(),
    ],
  };
}
