import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { Site } from '@lido/proto/lido/customers/v1/site.ts';
import type { DoorOpener } from '../devices/device-relays.ts';
import type { DeviceRow } from '../devices/device.entity.ts';
import { defaultPolicy, type VisitPolicy } from './policy.ts';

/** What of a device a decision at its door rests on. */
export interface DoorDevice
  extends Pick<DeviceRow, 'id' | 'organisationId' | 'siteId' | 'name' | 'direction'>,
    Pick<DeviceRow, 'mediumFormat' | 'uidBytes' | 'offlinePolicy'>,
    DoorOpener {
  /** The part of the site behind the door. */
  readonly zone: string | null;
  /** False of a device that is switched off or removed: its taps are refused, not forgotten. */
  readonly isAllowed: boolean;
}

/** A device, its site where that is known here, and the site's rules: those it has chosen, or the usual ones. */
export interface Door {
  readonly device: DoorDevice;
  readonly site: Site | undefined;
  readonly policy: VisitPolicy;
}

/** The door of a device as it is set now; undefined when there is no such device. */
export async function findDoor(em: SqlEntityManager, deviceId: string): Promise<Door | undefined> {
  const [row] = await em.execute<{ device: DoorDevice | null; site: Site | null; policy: VisitPolicy | null }[]>(
    'select device, site, policy from door_of(?)',
    [deviceId],
  );
  if (!row?.device) return undefined;
  return { device: row.device, site: row.site ?? undefined, policy: row.policy ?? defaultPolicy };
}
