import type { FieldErrors } from '@lido/runtime/errors/refusal.ts';
import type { Relay } from '../visits/decision.ts';
import type { DeviceRow } from './device.entity.ts';

/** What a device has that opens a door. */
export type DoorOpener = Pick<DeviceRow, 'relayId' | 'unlockMs'> & { readonly moreRelays: readonly Relay[] };

/** All relays that are switched on to let somebody in, the door's first. */
export function relaysOf({ relayId, unlockMs, moreRelays }: DoorOpener): Relay[] {
  return [{ id: relayId, onTimeMs: unlockMs }, ...moreRelays];
}

/** Whether a device may decide anything at all. */
export function isInUse({ enabled, deletedAt }: Pick<DeviceRow, 'enabled' | 'deletedAt'>): boolean {
  return enabled && !deletedAt;
}

/** Whether a device may have a connection; one that is out of use only until its relays are off. */
export function mayConnect(device: Pick<DeviceRow, 'enabled' | 'deletedAt' | 'relaysOn'>): boolean {
  return isInUse(device) || device.relaysOn.length > 0;
}

/** What is wrong with a device's relays, by field: each may be named once. */
export function checkRelays(device: DoorOpener): FieldErrors {
  const ids = relaysOf(device).map(({ id }) => id);
  const repeated = ids.findIndex((id, index) => ids.indexOf(id) < index);
  if (repeated < 0) return {};
  return { [`more_relays.${repeated - 1}.id`]: [`Relay ${ids[repeated]} is named twice.`] };
}
