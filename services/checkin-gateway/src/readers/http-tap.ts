import {
  type DecideTapRequest,
  type Medium,
  type Medium_MediumKind,
  type TapAction,
  type TapDecision,
  type TapOutcome,
} from '@lido/proto/lido/checkin/v1/reader.ts';
import { Refusal } from '@lido/runtime/errors/refusal.ts';
import { parseInstant } from '@lido/runtime/time/zone.ts';
import type { Action, Decision, Outcome } from '../visits/decision.ts';
import type { MediumKind, RawMedium } from '../visits/media.ts';
import type { Tap } from '../visits/tap.ts';

const mediumKinds: Record<Medium_MediumKind, MediumKind | undefined> = {
  MEDIUM_KIND_UNSPECIFIED: undefined,
  MEDIUM_KIND_RFID_UID: 'rfid_uid',
  MEDIUM_KIND_CARD_NUMBER: 'card_number',
  MEDIUM_KIND_BARCODE: 'barcode',
  MEDIUM_KIND_PIN: 'pin',
  MEDIUM_KIND_TOKEN: 'token',
};

const outcomes: Record<Outcome, TapOutcome> = { granted: 'TAP_OUTCOME_GRANTED', denied: 'TAP_OUTCOME_DENIED' };

const actions: Record<Action, TapAction> = {
  check_in: 'TAP_ACTION_CHECK_IN',
  check_out: 'TAP_ACTION_CHECK_OUT',
  none: 'TAP_ACTION_NONE',
};

/** A tap that waits for its answer. Our own clock says when it was: a reader's may be wrong, and opening hours are not. */
export function liveTap(request: DecideTapRequest, receivedAt: Date): Tap {
  return {
    eventId: request.eventId,
    deviceId: request.id,
    readerRef: request.readerRef ?? null,
    occurredAt: receivedAt,
    receivedAt,
    clockSource: 'gateway',
    origin: 'live',
    medium: mediumOf(request.medium),
  };
}

/** How far a reader's clock is ahead of ours, in milliseconds; undefined when it says nothing. */
export function clockSkewOf({ occurredAt }: DecideTapRequest, receivedAt: Date): number | undefined {
  const readerMs = parseInstant(occurredAt ?? '');
  return readerMs === undefined ? undefined : readerMs - receivedAt.getTime();
}

/** The answer to a tap as the contract has it. */
export function toTapDecision(decision: Decision): TapDecision {
  return {
    eventId: decision.eventId,
    outcome: outcomes[decision.outcome],
    reason: decision.reason,
    action: actions[decision.action],
    displayText: decision.displayText,
    unlockMs: decision.unlockMs,
    relays: [...decision.relays],
    checkInId: decision.checkInId,
    flags: [...decision.flags],
    asOf: decision.asOf,
    decidedInMs: decision.decidedInMs,
  };
}

function mediumOf(medium: Medium | null): RawMedium {
  const kind = medium && mediumKinds[medium.kind];
  // The gateway refuses a body without one; another service would be at fault.
  if (!kind) throw new Refusal('malformed', 'malformed', 'The medium and its kind are needed.');
  return { kind, raw: medium.value, ...(medium.format ? { format: medium.format } : {}) };
}
