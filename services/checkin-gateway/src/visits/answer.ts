import type { DeviceRow } from '../devices/device.entity.ts';
import { type DoorOpener, relaysOf } from '../devices/device-relays.ts';
import type { Decision, Verdict } from './decision.ts';
import { displayTextOf } from './display-text.ts';
import type { Tap } from './tap.ts';

export interface AnswerParts {
  readonly verdict: Verdict;
  readonly tap: Tap;
  readonly device: (Pick<DeviceRow, 'direction'> & DoorOpener) | undefined;
  readonly elapsedMs: number;
  /** What the verdict rests on, where anything was known. */
  readonly facts?: { readonly asOf: string | null } | undefined;
  /** The visit that the tap began or ended. */
  readonly checkInId?: string | null;
  /** The earlier answer that a duplicate repeats. */
  readonly previous?: Decision | undefined;
}

/** What the door is told: a verdict in the device's terms. A duplicate says again what was said to the first tap. */
export function answerOf({
  verdict,
  tap,
  device,
  elapsedMs,
  checkInId = null,
  previous,
  facts,
}: AnswerParts): Decision {
  const isOpen = verdict.outcome === 'granted' && device !== undefined;
  return {
    eventId: tap.eventId,
    outcome: verdict.outcome,
    reason: verdict.reason,
    action: verdict.action,
    displayText: previous?.displayText ?? displayTextOf(verdict, device?.direction ?? 'DEVICE_DIRECTION_UNSPECIFIED'),
    unlockMs: isOpen ? device.unlockMs : 0,
    relays: isOpen ? relaysOf(device) : [],
    checkInId: previous?.checkInId ?? checkInId,
    flags: verdict.flags,
    asOf: facts?.asOf ?? null,
    decidedInMs: elapsedMs,
  };
}
