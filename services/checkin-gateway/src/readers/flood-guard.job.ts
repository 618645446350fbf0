import { KeyedBuckets, type KeyedBucketsOptions } from '@lido/runtime/service/token-buckets.ts';
import type { Refusals } from '../attempts/refusals.job.ts';

/** Keeps one device from taking the time of all others. */
export interface FloodGuard {
  /** Whether a device's tap is looked at. */
  admitsTap(deviceId: string): boolean;
  /** Whether a device's frame is looked at. */
  admitsFrame(deviceId: string): boolean;
}

export interface FloodGuardOptions {
  /** Where it is told what was passed over. */
  readonly refusals: Pick<Refusals, 'note'>;
  readonly now?: () => number;
}

/** Nobody holds more cards than this to the readers of one controller. */
const taps = { burst: 20, perSecond: 10 };
/** A tap and its consequences are some ten frames at the most. */
const frames = { burst: 400, perSecond: 200 };

/** Makes the guard of one service. */
export function openFloodGuard({ refusals, now }: FloodGuardOptions): FloodGuard {
  const clock = now === undefined ? {} : { now };
  const limits = { taps: bucketsOf(taps, clock), frames: bucketsOf(frames, clock) };
  const admits = (limit: KeyedBuckets, deviceId: string): boolean => {
    const isAdmitted = limit.take(deviceId);
    if (!isAdmitted) refusals.note(deviceId, 'flood');
    return isAdmitted;
  };
  return {
    admitsTap: (deviceId) => admits(limits.taps, deviceId),
    admitsFrame: (deviceId) => admits(limits.frames, deviceId),
  };
}

function bucketsOf(limit: { burst: number; perSecond: number }, clock: Partial<KeyedBucketsOptions>): KeyedBuckets {
  return new KeyedBuckets({ ...limit, ...clock });
}
