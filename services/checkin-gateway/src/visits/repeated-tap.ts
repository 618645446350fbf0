import type { DeviceDirection } from '@lido/proto/lido/checkin/v1/device.ts';
import { type Decision, decisionDeadlineMs } from './decision.ts';
import { isSecret, type MediumKind } from './media.ts';

/** What was kept of a tap when it was heard of; its medium in the form that is kept. */
export interface EarlierTap {
  readonly readerRef: string | null;
  readonly mediumKind: MediumKind;
  readonly mediumValue: string | null;
  readonly receivedMs: number;
}

/**
 * Whether a tap is not the one that came earlier under the same id. A PIN is concealed differently by each process, so that a later
 * one may be the same: that opens nothing any more.
 */
export function isOtherReading(earlier: EarlierTap, later: EarlierTap): boolean {
  if (earlier.readerRef !== later.readerRef || earlier.mediumKind !== later.mediumKind) return true;
  if (isSecret({ kind: earlier.mediumKind }) && isTooLate(earlier, later)) return false;
  return earlier.mediumValue !== later.mediumValue;
}

/** The answer that a tap had, for its repeat. After the deadline of the first it opens nothing, but for whoever leaves. */
export function answerAgain(
  decision: Decision,
  earlier: Pick<EarlierTap, 'receivedMs'>,
  later: Pick<EarlierTap, 'receivedMs'> & { readonly direction: DeviceDirection },
): Decision {
  const isShut = later.direction !== 'DEVICE_DIRECTION_OUT' && isTooLate(earlier, later);
  return isShut ? { ...decision, unlockMs: 0, relays: [] } : decision;
}

function isTooLate(earlier: Pick<EarlierTap, 'receivedMs'>, later: Pick<EarlierTap, 'receivedMs'>): boolean {
  return later.receivedMs - earlier.receivedMs > decisionDeadlineMs;
}
