import { createHash } from 'node:crypto';
import type { DeviceDirection } from '@lido/proto/lido/checkin/v1/device.ts';
import type { DoorDevice } from './door.repository.ts';
import type { Medium } from './media.ts';
import type { Movement, MovementKind } from './movement.ts';
import type { VisitPolicy } from './policy.ts';
import type { Tap } from './tap.ts';
import { visitIdOf } from './visit-id.ts';

/** What a movement at a reader is made of. */
export interface Passing {
  readonly tap: Tap;
  readonly device: Pick<DoorDevice, 'id' | 'name' | 'siteId' | 'direction' | 'zone'>;
  readonly medium: Medium | undefined;
  readonly policy: VisitPolicy;
}

const kinds: Record<DeviceDirection, MovementKind> = {
  DEVICE_DIRECTION_IN: 'in',
  DEVICE_DIRECTION_OUT: 'out',
  DEVICE_DIRECTION_TOGGLE: 'toggle',
  DEVICE_DIRECTION_INNER: 'inner',
  // Such a reader is denied before anybody moves.
  DEVICE_DIRECTION_UNSPECIFIED: 'inner',
};

/** The ids of a tap's movement and of the visit that may begin with it. They derive from the tap's own, so that hearing of it again is hearing of the same. */
export function movementIdsOf({ deviceId, eventId }: Tap): Pick<Movement, 'id' | 'visitId'> {
  return { id: `${deviceId} ${eventId}`, visitId: visitIdOf(deviceId, eventId) };
}

/** That somebody passed a reader. */
export function movementOf(
  { tap, device, medium, policy }: Passing,
  { atMs, membershipId }: Pick<Movement, 'atMs' | 'membershipId'>,
): Movement {
  return {
    ...movementIdsOf(tap),
    atMs,
    siteId: device.siteId,
    kind: kinds[device.direction],
    zone: device.zone,
    repeatKey: repeatKeyOf(tap, medium),
    membershipId,
    ...{ methodType: 'gantner', methodId: device.id, methodName: device.name },
    rules: policy,
  };
}

/** How many later movements within this time may have overtaken a live tap. */
const overtakenMs = 1_000;

/**
 * When a tap happened, among the movements that are known. A live tap is decided after those that were decided before it: should one
 * of them bear the same moment or a slightly later one, the tap comes right after it.
 */
export function momentOf({ origin, occurredAt }: Tap, latest: Movement | undefined): number {
  const tapMs = occurredAt.getTime();
  if (origin === 'replay' || !latest) return tapMs;
  const isOvertaken = latest.atMs >= tapMs && latest.atMs < tapMs + overtakenMs;
  return isOvertaken ? latest.atMs + 1 : tapMs;
}

function repeatKeyOf(tap: Tap, medium: Medium | undefined): string {
  const parts = JSON.stringify([tap.deviceId, tap.readerRef, medium?.value ?? null]);
  return createHash('sha256').update(parts).digest('hex');
}
