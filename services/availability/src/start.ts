import { SiteDirectoryServiceService } from '@lido/proto/lido/customers/internal/v1/site.ts';
import { OrderBookingServiceService } from '@lido/proto/lido/orders/internal/v1/order.ts';
import { EntitlementServiceService } from '@lido/proto/lido/memberships/internal/v1/entitlement.ts';
import { type Env, readConfig } from '@lido/runtime/config/read-config.ts';
import type { Database } from '@lido/runtime/db/database.ts';
import type { Clock } from '@lido/runtime/service/clock.ts';
import { type RunningService, startService } from '@lido/runtime/service/start-service.ts';
import { sweeperOf } from '@lido/runtime/service/sweeper.ts';
import { sitesFrom } from '@lido/runtime/tenancy/sites.repository.ts';
import { migrations } from '../migrations/index.ts';
import { tidyClaims } from './claims/tidy-claims.job.ts';
import { appointmentReports } from './appointments/appointment-report.job.ts';
import { holdBatches } from './bookings/hold-batches.repository.ts';
import type { ChangeParts } from './bookings/parts.ts';
import { availabilityConfig } from './config.ts';
import { entities } from './entities.ts';
import { cardCustomersSubscription, orderCardsSubscription } from './order-cards/order-cards.consumer.ts';
import { occupancyReports } from './occupancy/occupancy.handlers.ts';
import { folderStore } from './media/folder-store.repository.ts';
import { extendTimetables } from './recurrence-groups/extend-timetables.job.ts';
import { serve } from './serve.ts';
import { arrivalsSubscription } from './sessions/arrival.consumer.ts';
import { promoteWaiting } from './sessions/promote-waiting.job.ts';
import { compiledSites } from './sites/compiled-sites.repository.ts';
import { siteSubscription } from './sites/site.consumer.ts';
import { forgetChanges } from './sites/site-version.repository.ts';

/** What nobody waits for: lapsed claims, and changes that are too far back. */
async function tidyUp(db: Database): Promise<void> {
  await tidyClaims(db);
  await forgetChanges(db.fork());
}

/** Starts the availability service: resources, offerings, the slot solver and the claims. */
export function start(
  env: Env,
  options: { clock?: Clock; connectionTimeoutMs?: number } = {},
): Promise<RunningService> {
  const config = readConfig(availabilityConfig, env, 'availability');
  return startService({
    name: 'availability',
    source: 'availability',
    config,
    entities,
    migrations,
    ...options,
    compose: ({ db, clock, jobs, onCommit, peer, telemetry }) => {
      const sites = sitesFrom(peer(SiteDirectoryServiceService, 'customers', config.LIDO_CUSTOMERS_ADDRESS));
      const promote = async (): Promise<void> => {
        if ((await promoteWaiting(db)) > 0) onCommit();
      };
      const waitlist = sweeperOf(promote, { name: 'waiting lists', everyMs: 5_000, telemetry });
      const compiled = compiledSites(db, clock, sites);
      const parts: ChangeParts = {
        db,
        compiledSites: compiled,
        batches: holdBatches(db, compiled, waitlist.wake),
        memberships: peer(EntitlementServiceService, 'memberships', config.LIDO_MEMBERSHIPS_ADDRESS),
        waitlist,
        orders: peer(OrderBookingServiceService, 'orders', config.LIDO_ORDERS_ADDRESS),
        onCommit,
      };
      const timetables = sweeperOf(() => extendTimetables({ db, clock, log: telemetry.log }), {
        ...{ name: 'timetables', everyMs: 3_600_000, telemetry },
      });
      const tidying = sweeperOf(() => tidyUp(db), { name: 'tidying', everyMs: 30_000, telemetry });
      return {
        serve: (server) => serve(server, { ...parts, jobs, media: folderStore(config.LIDO_MEDIA_FOLDER) }),
        jobs: [...occupancyReports(parts), ...appointmentReports],
        subscriptions: [siteSubscription, orderCardsSubscription, cardCustomersSubscription, arrivalsSubscription],
        background: () => [tidying.start(), timetables.start(), waitlist.start()],
      };
    },
  });
}
