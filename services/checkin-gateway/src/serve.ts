import { ActionServiceService } from '@lido/proto/lido/checkin/v1/action.ts';
import { AttemptServiceService } from '@lido/proto/lido/checkin/v1/attempt.ts';
import { BookableCheckinServiceService } from '@lido/proto/lido/checkin/v1/bookable_checkin.ts';
import { DeviceTokenServiceService } from '@lido/proto/lido/checkin/internal/v1/device_token.ts';
import { CheckInServiceService } from '@lido/proto/lido/checkin/v1/check_in.ts';
import { CodeServiceService } from '@lido/proto/lido/checkin/v1/code.ts';
import { DeviceServiceService } from '@lido/proto/lido/checkin/v1/device.ts';
import { ReaderServiceService } from '@lido/proto/lido/checkin/v1/reader.ts';
import { PresenceServiceService } from '@lido/proto/lido/checkin/v1/presence.ts';
import { StoreCheckinServiceService } from '@lido/proto/lido/checkin/v1/store_checkin.ts';
import { VisitPolicyServiceService } from '@lido/proto/lido/checkin/v1/visit_policy.ts';
import type { GrpcServer } from '@lido/runtime/grpc/server.ts';
import type { ServiceParts } from '@lido/runtime/service/start-service.ts';
import type { Sites } from '@lido/runtime/tenancy/sites.repository.ts';
import { actionHandlers } from './actions/action.handlers.ts';
import { attemptHandlers } from './attempts/attempt.handlers.ts';
import type { Refusals } from './attempts/refusals.job.ts';
import { type CodeHandlerOptions, codeHandlers } from './codes/code.handlers.ts';
import { deviceTokenHandlers } from './devices/device-token.handlers.ts';
import type { SecretBox } from './devices/secret-box.ts';
import { deviceHandlers } from './devices/device.handlers.ts';
import { bookableCheckinHandlers } from './presence/bookable-checkin.handlers.ts';
import { presenceHandlers } from './presence/presence.handlers.ts';
import type { PresenceParts } from './presence/presences.ts';
import { allowListHandlers } from './readers/allow-list.handlers.ts';
import type { FloodGuard } from './readers/flood-guard.job.ts';
import { readerHttpHandlers } from './readers/reader-http.handlers.ts';
import type { ReaderStatus } from './readers/reader-status.repository.ts';
import type { SigningKey } from './readers/signing-key.ts';
import { storeCheckinHandlers } from './store-check-ins/store-checkin.handlers.ts';
import { checkInHandlers } from './visits/check-in.handlers.ts';
import type { FactsOptions } from './visits/facts.repository.ts';
import { visitPolicyHandlers } from './visits/policy.handlers.ts';
import type { TapDeciderOptions } from './visits/tap-case.repository.ts';
import type { TapDecider } from './visits/tap.handlers.ts';

/** What the rpcs of the service are made of. */
export interface CheckinParts extends ServiceParts, PresenceParts, CodeHandlerOptions, FactsOptions {
  readonly sites: Sites;
  readonly taps: TapDecider;
  /** What the decider works with, for a tap that only asks. */
  readonly deciding: TapDeciderOptions;
  readonly floods: FloodGuard;
  readonly refusals: Refusals;
  readonly status: ReaderStatus;
  readonly signingKey: () => Promise<SigningKey>;
  readonly secrets: SecretBox | undefined;
  /** Ends a reader's connection, so that it comes back under what was changed. */
  disconnect(deviceId: string): void;
}

/** Adds every rpc of the service to its server. */
export function serve(server: GrpcServer, parts: CheckinParts): void {
  server.add(ActionServiceService, actionHandlers(parts));
  server.add(AttemptServiceService, attemptHandlers);
  server.add(BookableCheckinServiceService, bookableCheckinHandlers(parts));
  server.add(CheckInServiceService, checkInHandlers(parts));
  server.add(CodeServiceService, codeHandlers(parts));
  server.add(DeviceServiceService, deviceHandlers(parts));
  server.add(DeviceTokenServiceService, deviceTokenHandlers(parts));
  server.add(ReaderServiceService, {
    ...readerHttpHandlers(parts),
    ...allowListHandlers(parts),
  });
  server.add(PresenceServiceService, presenceHandlers(parts));
  server.add(StoreCheckinServiceService, storeCheckinHandlers(parts));
  server.add(VisitPolicyServiceService, visitPolicyHandlers(parts));
}
