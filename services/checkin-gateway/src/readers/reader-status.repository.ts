import type { Logger } from 'pino';
import type { Database } from '@lido/runtime/db/database.ts';
import type { Clock } from '@lido/runtime/service/clock.ts';
import { KeyedBuckets } from '@lido/runtime/service/token-buckets.ts';
import {
  keepClockSkew,
  keepIdentity,
  keepRefusal,
  markOffline,
  markSeen,
  noteRelayOff,
  noteRelaysOn,
} from '../devices/device.repository.ts';

/** What a device says of itself when it connects. */
export interface DeviceIdentity {
  readonly deviceType: string | null;
  readonly firmware: string | null;
}

/** Where the status of readers is written down. */
export interface ReaderStatus {
  /** Notes that a reader was heard of, at most once a second; nobody waits for it. */
  heard(deviceId: string, clockSkewMs?: number): void;
  seen(deviceId: string): Promise<void>;
  /** Notes that a reader has a connection from now on. */
  connected(deviceId: string): Promise<void>;
  offline(deviceId: string): Promise<void>;
  identified(deviceId: string, identity: DeviceIdentity): Promise<void>;
  /** Notes why a connection was refused. */
  refused(deviceId: string, reason: string): Promise<void>;
  /** Notes which relays are on, and that one is off; of the others each says nothing. */
  relaysOn(deviceId: string, relayIds: readonly number[]): Promise<void>;
  relayOff(deviceId: string, relayId: number): Promise<void>;
}

/** The status in the database. */
export function readerStatus({ db, clock, log }: { db: Database; clock: Clock; log: Logger }): ReaderStatus {
  const notes = new KeyedBuckets({ burst: 1, perSecond: 1 });
  const now = (): Date => new Date(clock.nowMs());
  const seen = (deviceId: string): Promise<void> => markSeen(db.fork(), deviceId, now());
  const note = async (deviceId: string, clockSkewMs: number | undefined): Promise<void> => {
    try {
      await seen(deviceId);
      if (clockSkewMs !== undefined) await keepClockSkew(db.fork(), deviceId, clockSkewMs);
    } catch (error) {
      log.warn({ err: error, device_id: deviceId }, 'the status of a reader could not be noted');
    }
  };
  return {
    heard: (deviceId, clockSkewMs) => {
      if (notes.take(deviceId)) void note(deviceId, clockSkewMs);
    },
    seen,
    connected: (deviceId) => markSeen(db.fork(), deviceId, now(), { isNew: true }),
    offline: (deviceId) => markOffline(db.fork(), deviceId),
    identified: (deviceId, identity) => keepIdentity(db.fork(), deviceId, identity),
    refused: (deviceId, reason) => keepRefusal(db.fork(), deviceId, reason, now()),
    relaysOn: (deviceId, relayIds) => noteRelaysOn(db.fork(), deviceId, relayIds),
    relayOff: (deviceId, relayId) => noteRelayOff(db.fork(), deviceId, relayId),
  };
}
