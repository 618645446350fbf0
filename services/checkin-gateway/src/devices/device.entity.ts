import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type {
  DeviceDirection,
  DeviceKind,
  DeviceRelay,
  MediumFormat,
  OfflinePolicy,
} from '@lido/proto/lido/checkin/v1/device.ts';
import { baseProperties } from '@lido/runtime/db/base.ts';

/** A reader. The status columns are written beside the entity, so that a heartbeat is no change of the reader. */
export const DeviceEntity = defineEntity({
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
    /** Those that are switched together with the first. */
    moreRelays: p.json<DeviceRelay[]>(),
    enabled: p.boolean(),
    /** The part of the site behind the door. */
    zone: p.string().nullable(),
    online: p.boolean().default(false),
    onlineSince: p.datetime().nullable(),
    lastSeenAt: p.datetime().nullable(),
    lagMs: p.integer().nullable(),
    deviceType: p.string().nullable(),
    firmware: p.string().nullable(),
    clockSkewMs: p.integer().nullable(),
    lastRefusal: p.string().nullable(),
    lastRefusedAt: p.datetime().nullable(),
    /** Where we dial the device; null where it dials us. */
    address: p.string().nullable(),
    loginUser: p.string().nullable(),
    /** Sealed, as the token is. */
    loginPassword: p.text().nullable(),
    loginToken: p.text().nullable(),
    /** Relays that were switched on by hand and not yet off again. */
    relaysOn: p.array<number>((text) => Number(text)).default([]),
  },
});

export type DeviceRow = InferEntity<typeof DeviceEntity>;
