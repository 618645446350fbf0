import {
  type DecideTapRequest,
  type JournalEntry as Line,
  type Medium,
  type ReplayResult as Result,
  type ReplayStatus as Status,
  type TapAction,
  type TapDecision,
  type TapOutcome,
} from '@lido/proto/lido/checkin/v1/reader.ts';
import { Refusal } from '@lido/runtime/errors/refusal.ts';
import { parseInstant } from '@lido/runtime/time/zone.ts';
import type { Action, Decision, Outcome } from '../visits/decision.ts';
import type { JournalEntry, ReplayResult, ReplayStatus } from '../visits/journal.ts';
import type { RawMedium } from '../visits/media.ts';
import type { Tap } from '../visits/tap.ts';
import { mediumKindOf } from './medium-kinds.ts';

const outcomes: Record<Outcome, TapOutcome> = { granted: 'TAP_OUTCOME_GRANTED', denied: 'TAP_OUTCOME_DENIED' };

const statuses: Record<ReplayStatus, Status> = {
  accepted: 'REPLAY_STATUS_ACCEPTED',
  known: 'REPLAY_STATUS_KNOWN',
  quarantined: 'REPLAY_STATUS_QUARANTINED',
  rejected: 'REPLAY_STATUS_REJECTED',
};

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

/** A line of a reader's journal. The reader's clock is all that tells when it was. */
export function journalEntry(deviceId: string, line: Line, receivedAt: Date): JournalEntry {
  const occurredMs = parseInstant(line.occurredAt);
  if (occurredMs === undefined) throw malformed('The instant of each tap is needed.');
  return {
    deviceDecision: line.decision === 'TAP_OUTCOME_GRANTED' ? 'granted' : 'denied',
    tap: {
      eventId: line.eventId,
      deviceId,
      readerRef: line.readerRef ?? null,
      occurredAt: new Date(occurredMs),
      receivedAt,
      clockSource: 'device',
      origin: 'replay',
      medium: mediumOf(line.medium),
    },
  };
}

/** What became of a line, as the contract has it. */
export function toReplayResult({ eventId, status, flags }: ReplayResult): Result {
  return { eventId, status: statuses[status], flags: [...flags] };
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
  const kind = medium && mediumKindOf(medium.kind);
  if (!kind) throw malformed('The medium and its kind are needed.');
  return { kind, raw: medium.value, ...(medium.format ? { format: medium.format } : {}) };
}

/** The API refuses such a body itself; another service would be at fault. */
function malformed(sentence: string): Refusal {
  return new Refusal('malformed', 'malformed', sentence);
}
