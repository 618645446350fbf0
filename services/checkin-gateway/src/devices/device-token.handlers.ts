import type { DeviceTokenServiceService } from '@lido/proto/lido/checkin/internal/v1/device_token.ts';
import { notFound } from '@lido/runtime/errors/refusal.ts';
import type { Handlers } from '@lido/runtime/grpc/call.ts';
import type { Refusals } from '../attempts/refusals.job.ts';
import { deviceIdOf } from './device-token.ts';
import { findDeviceByToken } from './device-token.repository.ts';

/** What asking for tokens needs besides its call. */
export interface DeviceTokenHandlerOptions {
  readonly refusals: Refusals;
  /** Ends a reader's connection, so that it comes back under what was changed. */
  disconnect(deviceId: string): void;
}

/**
 * Who a device's token stands for, for the gateway: the device itself, without any permission at its site. What is not the
 * token of the device that it names is noted with that device.
 */
export function deviceTokenHandlers({ refusals, disconnect }: DeviceTokenHandlerOptions) {
  return {
    resolveDeviceToken: async ({ token }, call) => {
      const device = await findDeviceByToken(call.em, token, disconnect);
      if (!device || device.deletedAt) {
        noteWrongToken(token, refusals);
        throw notFound('');
      }
      const { id, name, organisationId, siteId } = device;
      const grants = [{ siteId, brandId: '', permissions: [] }];
      return { principal: { kind: 'KIND_DEVICE', id, name, onBehalfOf: null, organisationId, brandIds: [], grants } };
    },
  } satisfies Handlers<typeof DeviceTokenServiceService>;
}

/** Notes a token with the device it names, where it names one. */
export function noteWrongToken(token: string, refusals: Refusals): void {
  const deviceId = deviceIdOf(token);
  if (deviceId !== undefined) refusals.note(deviceId, 'wrong_token');
}
