import type { Logger } from 'pino';
import { KeyedBuckets, type KeyedBucketsOptions } from '@lido/runtime/service/token-buckets.ts';

/** Keeps one device from taking the time of all others. */
export interface FloodGuard {
  /** Whether a device's tap is looked at. */
  admitsTap(deviceId: string): boolean;
  /** Whether a device's frame is looked at. */
  admitsFrame(deviceId: string): boolean;
  /** What was passed over of a device since the guard began. */
  droppedOf(deviceId: string): number;
  stop(): Promise<void>;
}

export interface FloodGuardOptions {
  readonly log: Logger;
  /** How often the log is told of what was passed over, once for each device. */
  readonly reportEveryMs?: number;
  readonly now?: () => number;
}

/** Nobody holds more cards than this to the readers of one controller. */
const taps = { burst: 40, perSecond: 20 };
/** A tap and its consequences are some ten frames at the most. */
const frames = { burst: 400, perSecond: 200 };
const reportEveryMsDefault = 10_000;

/** Makes the guard of one service. */
export function openFloodGuard({ log, reportEveryMs = reportEveryMsDefault, now }: FloodGuardOptions): FloodGuard {
  const clock = now === undefined ? {} : { now };
  const limits = { taps: bucketsOf(taps, clock), frames: bucketsOf(frames, clock) };
  const dropped = new Map<string, number>();
  const unreported = new Map<string, number>();
  const report = (): void => {
    for (const [deviceId, count] of unreported)
      log.warn(
        { device_id: deviceId, dropped: count },
        'a reader sends more than anybody can tap; the rest is dropped',
      );
    unreported.clear();
  };
  const admits = (limit: KeyedBuckets, deviceId: string): boolean => {
    if (limit.take(deviceId)) return true;
    for (const counts of [dropped, unreported]) counts.set(deviceId, (counts.get(deviceId) ?? 0) + 1);
    return false;
  };
  const timer = setInterval(report, reportEveryMs).unref();
  return {
    admitsTap: (deviceId) => admits(limits.taps, deviceId),
    admitsFrame: (deviceId) => admits(limits.frames, deviceId),
    droppedOf: (deviceId) => dropped.get(deviceId) ?? 0,
    stop: async () => {
      clearInterval(timer);
      report();
    },
  };
}

function bucketsOf(limit: { burst: number; perSecond: number }, clock: Partial<KeyedBucketsOptions>): KeyedBuckets {
  return new KeyedBuckets({ ...limit, ...clock });
}
