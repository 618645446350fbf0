import { CheckInServiceService } from '@lido/proto/lido/checkin/v1/check_in.ts';
import { DeviceServiceService } from '@lido/proto/lido/checkin/v1/device.ts';
import type { GrpcServer } from '@lido/runtime/grpc/server.ts';
import type { ServiceParts } from '@lido/runtime/service/start-service.ts';
import type { Sites } from '@lido/runtime/tenancy/sites.repository.ts';
import { deviceHandlers } from './devices/device.handlers.ts';
import type { Owners } from './projections/owners.client.ts';
import { checkInHandlers } from './visits/check-in.handlers.ts';
import type { VisitPolicy } from './visits/policy.ts';
import type { TapDecider } from './visits/tap.handlers.ts';

/** What the rpcs of the service are made of. */
export interface CheckinParts extends ServiceParts {
  readonly owners: Owners;
  readonly sites: Sites;
  readonly policy: VisitPolicy;
  readonly taps: TapDecider;
  /** Ends a reader's connection, so that it comes back under what was changed. */
  disconnect(deviceId: string): void;
}

/** Adds every rpc of the service to its server. */
export function serve(server: GrpcServer, parts: CheckinParts): void {
  server.add(CheckInServiceService, checkInHandlers(parts));
  server.add(DeviceServiceService, deviceHandlers(parts));
}
