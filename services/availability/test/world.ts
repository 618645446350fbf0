import { start as startCustomers } from '../../customers/src/start.ts';
import { BookingServiceService } from '@lido/proto/lido/availability/internal/v1/booking.ts';
import { AppointmentTypeServiceService } from '@lido/proto/lido/availability/v1/appointment_type.ts';
import { PractitionerServiceService } from '@lido/proto/lido/availability/v1/practitioner.ts';
import { PractitionerRotaServiceService } from '@lido/proto/lido/availability/v1/practitioner_rota.ts';
import { RoomServiceService } from '@lido/proto/lido/availability/v1/room.ts';
import { SessionServiceService } from '@lido/proto/lido/availability/v1/session.ts';
import { SessionTypeServiceService } from '@lido/proto/lido/availability/v1/session_type.ts';
import { ShopServiceService } from '@lido/proto/lido/availability/v1/shop.ts';
import { TokenServiceService } from '@lido/proto/lido/customers/internal/v1/token.ts';
import { SiteServiceService } from '@lido/proto/lido/customers/v1/site.ts';
import type { Principal } from '@lido/proto/lido/principal/v1/principal.ts';
import { createHash } from 'node:crypto';
import { type Caller, createClient, type Peer, peerOf } from '@lido/runtime/grpc/client.ts';
import type { Clock } from '@lido/runtime/service/clock.ts';
import { startTelemetry } from '@lido/runtime/telemetry/telemetry.ts';
import { freshDatabase, natsUrl, randomPrefix } from '../../../test/support/servers.ts';
import { start } from '../src/start.ts';

/** The availability service with the customers service beside it, an open site, and rpcs in the name of its staff. */
export interface World {
  staff: Caller;
  anybody: Caller;
  stranger: Caller;
  siteId: string;
  database: string;
  customersAddress: string;
  bookings: Peer<typeof BookingServiceService>;
  rooms: Peer<typeof RoomServiceService>;
  practitioners: Peer<typeof PractitionerServiceService>;
  rotas: Peer<typeof PractitionerRotaServiceService>;
  types: Peer<typeof AppointmentTypeServiceService>;
  sessionTypes: Peer<typeof SessionTypeServiceService>;
  sessions: Peer<typeof SessionServiceService>;
  shop: Peer<typeof ShopServiceService>;
  stop(): Promise<void>;
}

const days = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const nobodyAddress = '127.0.0.1:1';

/** Starts both on databases and streams of their own; the site is in London, open from 8 to 20 every day. */
export async function startWorld(options: { clock?: Clock } = {}): Promise<World> {
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
    { ...env(databases[1].url), LIDO_CUSTOMERS_ADDRESS: customers.address, LIDO_MEMBERSHIPS_ADDRESS: nobodyAddress },
    options,
  );
  const telemetry = startTelemetry({ service: 'test', logLevel: 'silent' });
  const customersClient = createClient(customers.address, { name: 'customers', telemetry });
  const client = createClient(availability.address, { name: 'availability', telemetry });
  const resolve = async (): Promise<Caller> => {
    const tokenHash = createHash('sha256').update(token).digest('hex');
    const { principal } = await peerOf(TokenServiceService, customersClient).resolveToken(
      { tokenHash },
      { principal: publicPrincipal, requestId: 'test' },
    );
    if (!principal) throw new Error('The first token resolves to nobody.');
    return { principal, requestId: 'test' };
  };
  const site = await peerOf(SiteServiceService, customersClient).createSite(
    {
      name: 'Test spa',
      timezone: 'Europe/London',
      currency: 'GBP',
      openingHours: days.map((weekday) => ({ weekday, timeFrom: '08:00', timeTo: '20:00' })),
      openingExceptions: [],
      id: '',
      organisationId: '',
      brandId: '',
      createdAt: '',
      updatedAt: '',
    },
    await resolve(),
  );
  const staff = await resolve();
  return {
    staff,
    anybody: { principal: publicPrincipal, requestId: 'test' },
    stranger: { principal: strangerTo(staff.principal), requestId: 'test' },
    siteId: site.id,
    database: databases[1].url,
    customersAddress: customers.address,
    bookings: peerOf(BookingServiceService, client),
    rooms: peerOf(RoomServiceService, client),
    practitioners: peerOf(PractitionerServiceService, client),
    rotas: peerOf(PractitionerRotaServiceService, client),
    types: peerOf(AppointmentTypeServiceService, client),
    sessionTypes: peerOf(SessionTypeServiceService, client),
    sessions: peerOf(SessionServiceService, client),
    shop: peerOf(ShopServiceService, client),
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

const publicPrincipal: Principal = {
  kind: 'KIND_PUBLIC',
  id: '',
  name: '',
  onBehalfOf: null,
  organisationId: '',
  brandIds: [],
  grants: [],
};

/** Staff of another organisation who hold every permission at a site of theirs. */
function strangerTo(staff: Principal): Principal {
  return {
    ...staff,
    id: 'stranger',
    organisationId: 'another',
    brandIds: [],
    grants: staff.grants.map((grant) => ({ ...grant, siteId: 'elsewhere' })),
  };
}
