import { start as startCustomers } from '../../customers/src/start.ts';
import { BookingServiceService } from '@lido/proto/lido/availability/internal/v1/booking.ts';
import { PackageServiceService } from '@lido/proto/lido/availability/v1/package.ts';
import { SessionServiceService } from '@lido/proto/lido/availability/v1/session.ts';
import { RecurrenceGroupServiceService } from '@lido/proto/lido/availability/v1/recurrence_group.ts';
import { SessionBookingServiceService } from '@lido/proto/lido/availability/v1/session_booking.ts';
import { SessionTypeServiceService } from '@lido/proto/lido/availability/v1/session_type.ts';
import { ShopServiceService } from '@lido/proto/lido/availability/v1/shop.ts';
import type { Site } from '@lido/proto/lido/customers/v1/site.ts';
import { type Peer, peerOf, type RawClient } from '@lido/runtime/grpc/client.ts';
import type { Clock } from '@lido/runtime/service/clock.ts';
import { startTelemetry } from '@lido/runtime/telemetry/telemetry.ts';
import { connectTo } from '../../../test/support/clients.ts';
import { anybody, staffElsewhere, type TestCaller } from '../../../test/support/callers.ts';
import { type FirstSite, openFirstSite } from '../../../test/support/first-site.ts';
import { type Shop, shopOf } from '../../../test/support/offerings.ts';
import { freshDatabase, natsUrl, randomPrefix } from '../../../test/support/servers.ts';
import { start } from '../src/start.ts';

/** The availability service with the customers service beside it, an open site, and rpcs in the name of its staff. */
export interface World extends Shop {
  anybody: TestCaller;
  stranger: TestCaller;
  brandId: string;
  /** The prefix of the streams that its services share. */
  streamPrefix: string;
  database: string;
  customersAddress: string;
  /** The availability service's own address. */
  address: string;
  bookings: Peer<typeof BookingServiceService>;
  packages: Peer<typeof PackageServiceService>;
  sessionTypes: Peer<typeof SessionTypeServiceService>;
  sessions: Peer<typeof SessionServiceService>;
  sessionBookings: Peer<typeof SessionBookingServiceService>;
  recurrenceGroups: Peer<typeof RecurrenceGroupServiceService>;
  shop: Peer<typeof ShopServiceService>;
  /** Any other of the service's rpcs. */
  peer<D extends object>(definition: D): Peer<D>;
  /** Opens another site of the organisation; the answered staff work at it too. */
  openSite(fields?: Partial<Pick<Site, 'timezone'>>): Promise<FirstSite>;
  /** The connection itself, for what only some tests call. */
  client: RawClient;
  stop(): Promise<void>;
}

const nobodyAddress = '127.0.0.1:1';

/** Staff who hold these permissions only, at the world's site. */
export function holding({ staff, siteId, brandId }: World, ...permissions: string[]): TestCaller {
  const grants = [{ siteId, brandId, permissions }];
  return { principal: { ...staff.principal, grants }, requestId: 'test' };
}

/** Starts both on databases and streams of their own; the site is in London, open from 8 to 20 every day. */
export async function startWorld({
  env: extra = {},
  ...options
}: {
  clock?: Clock;
  env?: Record<string, string>;
} = {}): Promise<World> {
  const prefix = randomPrefix();
  const token = randomPrefix();
  const databases = [await freshDatabase(), await freshDatabase()] as const;
  const env = (url: string) => ({
    LIDO_DATABASE_URL: url,
    LIDO_NATS_URL: natsUrl(),
    LIDO_STREAM_PREFIX: prefix,
    LIDO_LOG_LEVEL: 'error',
  });
  const customers = await startCustomers({
    ...env(databases[0].url),
    LIDO_BOOTSTRAP_TOKEN: token,
    LIDO_MEMBERSHIPS_ADDRESS: nobodyAddress,
  });
  const availability = await start(
    {
      ...env(databases[1].url),
      LIDO_CUSTOMERS_ADDRESS: customers.address,
      LIDO_MEMBERSHIPS_ADDRESS: nobodyAddress,
      LIDO_ORDERS_ADDRESS: nobodyAddress,
      ...extra,
    },
    // Forty clients at once wait for each other, and on a slow machine long.
    { connectionTimeoutMs: 20_000, ...options },
  );
  const telemetry = startTelemetry({ service: 'test', logLevel: 'silent' });
  const customersClient = connectTo(customers.address, { name: 'customers', telemetry });
  const client = connectTo(availability.address, { name: 'availability', telemetry });
  const { staff, site } = await openFirstSite(customersClient, token);
  return {
    ...shopOf(client, staff, site.id),
    anybody: anybody(),
    stranger: staffElsewhere(staff),
    brandId: site.brandId,
    streamPrefix: prefix,
    database: databases[1].url,
    customersAddress: customers.address,
    address: availability.address,
    bookings: peerOf(BookingServiceService, client),
    packages: peerOf(PackageServiceService, client),
    sessionTypes: peerOf(SessionTypeServiceService, client),
    sessions: peerOf(SessionServiceService, client),
    sessionBookings: peerOf(SessionBookingServiceService, client),
    recurrenceGroups: peerOf(RecurrenceGroupServiceService, client),
    shop: peerOf(ShopServiceService, client),
    peer: (definition) => peerOf(definition, client),
    openSite: (fields) => openFirstSite(customersClient, token, fields),
    client,
    stop: async () => {
      client.close();
      customersClient.close();
      await availability.stop();
      await customers.stop();
      await telemetry.stop();
      for (const database of databases) await database.drop();
    },
  };
}
