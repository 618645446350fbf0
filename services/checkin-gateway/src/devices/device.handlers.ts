import { Device, type DeviceServiceService } from '@lido/proto/lido/checkin/v1/device.ts';
import type { Database } from '@lido/runtime/db/database.ts';
import type { FieldErrors } from '@lido/runtime/errors/refusal.ts';
import type { Handlers } from '@lido/runtime/grpc/call.ts';
import { create } from '@lido/runtime/resource/create.ts';
import { equals } from '@lido/runtime/resource/filters.ts';
import { get } from '@lido/runtime/resource/get.ts';
import { list } from '@lido/runtime/resource/list.ts';
import { loadVisible } from '@lido/runtime/resource/load.ts';
import { remove } from '@lido/runtime/resource/remove.ts';
import { siteScope } from '@lido/runtime/resource/scope.ts';
import type { ResourceSpec, Saving } from '@lido/runtime/resource/spec.ts';
import { update } from '@lido/runtime/resource/update.ts';
import { newShopId } from '@lido/runtime/service/ids.ts';
import { countTaps } from '../attempts/attempt.repository.ts';
import { checkAddress, forgetLoginElsewhere, toDevice, toStatus } from './device.ts';
import { DeviceEntity, type DeviceRow } from './device.entity.ts';
import { checkRelays } from './device-relays.ts';
import { sealLogin } from './device-login.repository.ts';
import { addToken, removeTokens } from './device-token.repository.ts';
import type { SecretBox } from './secret-box.ts';

const devices: ResourceSpec<DeviceRow, Device> = {
  noun: 'device',
  entity: DeviceEntity,
  newId: newShopId,
  scope: siteScope<DeviceRow>(),
  writable: [
    ...(['name', 'siteId', 'kind', 'serialNumber', 'direction', 'mediumFormat'] as const),
    ...(['uidBytes', 'offlinePolicy', 'relayId', 'unlockMs', 'enabled', 'zone'] as const),
    ...(['moreRelays', 'address', 'loginUser', 'loginPassword', 'loginToken'] as const),
  ],
  defaults: {
    uidBytes: 4,
    offlinePolicy: 'OFFLINE_POLICY_DENY',
    relayId: 1,
    unlockMs: 3_000,
    moreRelays: [],
    enabled: true,
    online: false,
    relaysOn: [],
  },
  isGoneOnceDeleted: true,
  toMessage: toDevice,
  embed: async (rows, em) => {
    const counts = await countTaps(
      em,
      rows.map(({ id }) => id),
    );
    return (row, formats) => ({ status: toStatus(row, counts.get(row.id) ?? { taps: 0, denials: 0 }, formats) });
  },
  filters: { kind: equals<DeviceRow>('kind'), enabled: equals<DeviceRow>('enabled') },
  orderBy: { name: 'asc' },
  event: { saved: 'lido.checkin.device.saved', encode: (device) => Device.encode(device).finish() },
  check: checkDevice,
};

/** What device rpcs need besides their call. */
export interface DeviceHandlerOptions {
  readonly db: Database;
  /** Seals the secrets of devices; undefined where no key is configured. */
  readonly secrets: SecretBox | undefined;
  /** Ends a reader's connection, so that it comes back under what was changed. */
  disconnect(deviceId: string): void;
}

/** The rpcs of readers. */
export function deviceHandlers({ db, secrets, disconnect }: DeviceHandlerOptions) {
  const createDevice = create(devices);
  const updateDevice = update(devices, 'device');
  const removeDevice = remove(devices);
  return {
    listDevices: list(devices),
    getDevice: get(devices),
    createDevice: async (request, call) => {
      const device = await createDevice(sealLogin(request, secrets), call);
      disconnect(device.id);
      return device;
    },
    updateDevice: async (request, call) => {
      const { device: body } = request;
      const device = await updateDevice({ ...request, device: body && sealLogin(body, secrets) }, call);
      disconnect(device.id);
      return device;
    },
    deleteDevice: async (request, call) => {
      const answer = await removeDevice(request, call);
      await removeTokens(db.fork(), request.id);
      disconnect(request.id);
      return answer;
    },
    // Outside the call's own transaction, which would keep the answer under an idempotency key: secrets are not kept.
    createDeviceToken: async ({ id }, call) => {
      const device = await loadVisible(devices, id, call, { use: 'write' });
      const token = await db.transaction((em) => addToken(em, device.id, new Date(call.clock.nowMs())));
      if (!device.address) disconnect(device.id);
      return { token };
    },
  } satisfies Handlers<typeof DeviceServiceService>;
}

async function checkDevice(row: DeviceRow, { em, before }: Saving<DeviceRow>): Promise<FieldErrors> {
  forgetLoginElsewhere(row, before);
  const twins = await em.execute<unknown[]>(
    'select 1 from devices where organisation_id = ? and kind = ? and serial_number = ? and id <> ? and deleted_at is null',
    [row.organisationId, row.kind, row.serialNumber, row.id],
  );
  const isTwin = twins.length > 0;
  return {
    ...checkAddress(row),
    ...checkRelays(row),
    ...(isTwin ? { serial_number: ['Another device has this serial number.'] } : {}),
  };
}
