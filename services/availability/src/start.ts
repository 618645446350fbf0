import { AppointmentTypeServiceService } from '@lido/proto/lido/availability/v1/appointment_type.ts';
import { EquipmentServiceService } from '@lido/proto/lido/availability/v1/equipment.ts';
import { BookingServiceService } from '@lido/proto/lido/availability/internal/v1/booking.ts';
import { PractitionerServiceService } from '@lido/proto/lido/availability/v1/practitioner.ts';
import { PractitionerRotaServiceService } from '@lido/proto/lido/availability/v1/practitioner_rota.ts';
import { RoomServiceService } from '@lido/proto/lido/availability/v1/room.ts';
import { SessionServiceService } from '@lido/proto/lido/availability/v1/session.ts';
import { SessionTypeServiceService } from '@lido/proto/lido/availability/v1/session_type.ts';
import { ShopServiceService } from '@lido/proto/lido/availability/v1/shop.ts';
import { SiteDirectoryServiceService } from '@lido/proto/lido/customers/internal/v1/site.ts';
import { EntitlementServiceService } from '@lido/proto/lido/memberships/internal/v1/entitlement.ts';
import { type Env, readConfig } from '@lido/runtime/config/read-config.ts';
import type { Database } from '@lido/runtime/db/database.ts';
import type { GrpcServer } from '@lido/runtime/grpc/server.ts';
import type { Clock } from '@lido/runtime/service/clock.ts';
import { type RunningService, startService } from '@lido/runtime/service/start-service.ts';
import { sweeperOf } from '@lido/runtime/service/sweeper.ts';
import { sitesFrom } from '@lido/runtime/tenancy/sites.repository.ts';
import { Initial } from '../migrations/0001-initial.ts';
import { AppointmentTypeEntity } from './appointments/appointment-type.entity.ts';
import { appointmentTypeHandlers } from './appointments/appointment-type.handlers.ts';
import { tidyClaims } from './claims/tidy-claims.job.ts';
import { bookingHandlers } from './bookings/booking.handlers.ts';
import type { BookingParts } from './bookings/parts.ts';
import { availabilityConfig } from './config.ts';
import { EquipmentEntity } from './equipment/equipment.entity.ts';
import { equipmentHandlers } from './equipment/equipment.handlers.ts';
import { AvailabilityRuleEntity, PriceRuleEntity } from './offerings/rule.entity.ts';
import { PractitionerEntity } from './practitioners/practitioner.entity.ts';
import { practitionerHandlers } from './practitioners/practitioner.handlers.ts';
import { RoomEntity } from './rooms/room.entity.ts';
import { roomHandlers } from './rooms/room.handlers.ts';
import { PractitionerRotaEntity } from './rotas/practitioner-rota.entity.ts';
import { practitionerRotaHandlers } from './rotas/practitioner-rota.handlers.ts';
import { SessionTypeEntity } from './sessions/session-type.entity.ts';
import { sessionTypeHandlers } from './sessions/session-type.handlers.ts';
import { SessionEntity } from './sessions/session.entity.ts';
import { sessionHandlers } from './sessions/session.handlers.ts';
import { shopHandlers } from './shop/shop.handlers.ts';
import { compiledSites } from './sites/compiled-sites.repository.ts';
import { siteSubscription } from './sites/site.consumer.ts';
import { forgetChanges } from './sites/site-version.repository.ts';

const entities = [
  AppointmentTypeEntity,
  AvailabilityRuleEntity,
  EquipmentEntity,
  PractitionerEntity,
  PractitionerRotaEntity,
  PriceRuleEntity,
  RoomEntity,
  SessionEntity,
  SessionTypeEntity,
];

/** What nobody waits for: lapsed claims, and changes that are too far back. */
async function tidyUp(db: Database): Promise<void> {
  await tidyClaims(db);
  await forgetChanges(db.fork());
}

/** Starts the availability service: resources, offerings, the slot solver and the claims. */
export function start(env: Env, options: { clock?: Clock } = {}): Promise<RunningService> {
  const config = readConfig(availabilityConfig, env, 'availability');
  return startService({
    name: 'availability',
    source: 'availability',
    config,
    entities,
    migrations: [{ name: '0001-initial', class: Initial }],
    ...options,
    compose: ({ db, clock, peer, telemetry }) => {
      const sites = sitesFrom(peer(SiteDirectoryServiceService, 'customers', config.LIDO_CUSTOMERS_ADDRESS));
      const parts: BookingParts = {
        db,
        compiledSites: compiledSites(db, clock, sites),
        memberships: peer(EntitlementServiceService, 'memberships', config.LIDO_MEMBERSHIPS_ADDRESS),
      };
      const tidying = sweeperOf(() => tidyUp(db), { name: 'tidying', everyMs: 30_000, telemetry });
      return {
        serve: (server) => serve(server, parts),
        subscriptions: [siteSubscription],
        background: () => [tidying.start()],
      };
    },
  });
}

function serve(server: GrpcServer, parts: BookingParts): void {
  server.add(RoomServiceService, roomHandlers);
  server.add(EquipmentServiceService, equipmentHandlers);
  server.add(PractitionerServiceService, practitionerHandlers);
  server.add(PractitionerRotaServiceService, practitionerRotaHandlers);
  server.add(AppointmentTypeServiceService, appointmentTypeHandlers);
  server.add(SessionTypeServiceService, sessionTypeHandlers);
  server.add(SessionServiceService, sessionHandlers);
  server.add(ShopServiceService, shopHandlers(parts));
  server.add(BookingServiceService, bookingHandlers(parts));
}
