import type { Device, DeviceStatus } from '@lido/proto/lido/checkin/v1/device.ts';
import type { FieldErrors } from '@lido/runtime/errors/refusal.ts';
import type { Formats } from '@lido/runtime/resource/spec.ts';
import type { TapCounts } from '../attempts/attempt.repository.ts';
import type { DeviceRow } from './device.entity.ts';

/** A reader as clients see it but for its status; its secrets are nowhere in it. */
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
    moreRelays: row.moreRelays,
    enabled: row.enabled,
    zone: row.zone ?? null,
    status: null,
    address: row.address ?? null,
    loginUser: row.loginUser ?? null,
    loginPassword: null,
    loginToken: null,
    hasLogin: Boolean(row.loginPassword ?? row.loginToken),
    createdAt: instant(row.createdAt),
    updatedAt: instant(row.updatedAt),
  };
}

/** How a reader's connection fares, and how much was tapped there lately. */
export function toStatus(row: DeviceRow, lately: TapCounts, { instant }: Formats): DeviceStatus {
  return {
    online: row.online,
    onlineSince: row.online && row.onlineSince ? instant(row.onlineSince) : null,
    lastSeenAt: row.lastSeenAt ? instant(row.lastSeenAt) : null,
    lagMs: row.lagMs ?? null,
    deviceType: row.deviceType ?? null,
    firmware: row.firmware ?? null,
    clockSkewMs: row.clockSkewMs ?? null,
    lastRefusal: row.lastRefusal ?? null,
    lastRefusedAt: row.lastRefusedAt ? instant(row.lastRefusedAt) : null,
    tapsLastHour: lately.taps,
    denialsLastHour: lately.denials,
  };
}

/** A login is for one address only: what is not given anew with another one is forgotten, or it would be told to whoever is there. */
export function forgetLoginElsewhere(row: DeviceRow, before: DeviceRow | undefined): void {
  if (!before || before.address === row.address) return;
  if (row.loginPassword === before.loginPassword) row.loginPassword = null;
  if (row.loginToken === before.loginToken) row.loginToken = null;
}

/** What is wrong with how a device is reached, by field. */
export function checkAddress(row: DeviceRow): FieldErrors {
  const errors: FieldErrors = {};
  if (row.address && !isDeviceAddress(row.address)) {
    errors['address'] = ['The address must begin with ws:// or wss:// and hold neither a user nor a password.'];
  }
  if (row.address && row.kind !== 'DEVICE_KIND_GANTNER_G7') {
    errors['address'] = ['Only readers of the kind gantner_g7 are dialled.'];
  }
  if (row.loginPassword && !row.loginUser) errors['login_user'] = ['A password needs a user.'];
  return errors;
}

function isDeviceAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, hash } = new URL(text);
  return (protocol === 'ws:' || protocol === 'wss:') && username === '' && password === '' && hash === '';
}
