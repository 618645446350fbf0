import type { DeviceTokenServiceService } from '@lido/proto/lido/checkin/internal/v1/device_token.ts';
import { notFound } from '@lido/runtime/errors/refusal.ts';
import type { Handlers } from '@lido/runtime/grpc/call.ts';
import { findDeviceByToken } from './device-token.repository.ts';

/** Who a device's token stands for, for the gateway: the device itself, without any permission at its site. */
export const deviceTokenHandlers = {
  resolveDeviceToken: async ({ token }, call) => {
    const device = await findDeviceByToken(call.em, token);
    if (!device) throw notFound('');
    const { id, name, organisationId, siteId } = device;
    const grants = [{ siteId, brandId: '', permissions: [] }];
    return { principal: { kind: 'KIND_DEVICE', id, name, onBehalfOf: null, organisationId, brandIds: [], grants } };
  },
} satisfies Handlers<typeof DeviceTokenServiceService>;
