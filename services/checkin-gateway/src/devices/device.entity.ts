import { defineEntity, p } from '@mikro-orm/core';
import type { DeviceDirection, DeviceKind, MediumFormat, OfflinePolicy } from '@lido/proto/lido/checkin/v1/device.ts';
import { type BaseRow, baseProperties } from '@lido/runtime/db/base.ts';

/** A reader as it is stored. The status columns are written beside the entity, so that a heartbeat is no change of the reader. */
export interface DeviceRow extends BaseRow {
  siteId: string;
  name: string;
  kind: DeviceKind;
  serialNumber: string;
  direction: DeviceDirection;
  mediumFormat: MediumFormat;
  uidBytes: number;
  offlinePolicy: OfflinePolicy;
  relayId: number;
  unlockMs: number;
  enabled: boolean;
  online: boolean;
  lastSeenAt: Date | null;
  lagMs: number | null;
  /** Relays that were switched on by hand and not yet off again. */
  relaysOn: number[];
}

export const deviceEntity = defineEntity({
  name: 'Device',
  tableName: 'devices',
  properties: {
    ...baseProperties,
    siteId: p.string(),
    name: p.string(),
    kind: p.string().$type<DeviceKind>(),
    serialNumber: p.string(),
    direction: p.string().$type<DeviceDirection>(),
    mediumFormat: p.string().$type<MediumFormat>(),
    uidBytes: p.integer(),
    offlinePolicy: p.string().$type<OfflinePolicy>(),
    relayId: p.integer(),
    unlockMs: p.integer(),
    enabled: p.boolean(),
    online: p.boolean().default(false),
    lastSeenAt: p.datetime().nullable(),
    lagMs: p.integer().nullable(),
    relaysOn: p.array<number>((text) => Number(text)).default([]),
  },
});
