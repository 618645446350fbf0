import type { Device } from '@lido/proto/lido/checkin/v1/device.ts';
import type { Formats } from '@lido/runtime/resource/spec.ts';
import type { DeviceRow } from './device.entity.ts';

/** A reader as clients see it; its secrets are nowhere in it. */
export function toDevice(row: DeviceRow, { instant }: Formats): Device {
  return {
    id: row.id,
    siteId: row.siteId,
    name: row.name,
    kind: row.kind,
    serialNumber: row.serialNumber,
    direction: row.direction,
    mediumFormat: row.mediumFormat,
    uidBytes: row.uidBytes,
    offlinePolicy: row.offlinePolicy,
    relayId: row.relayId,
    unlockMs: row.unlockMs,
    enabled: row.enabled,
    status: { online: row.online, lastSeenAt: row.lastSeenAt && instant(row.lastSeenAt), lagMs: row.lagMs ?? null },
    createdAt: instant(row.createdAt),
    updatedAt: instant(row.updatedAt),
  };
}
