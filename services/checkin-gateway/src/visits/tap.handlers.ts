import { setTimeout as delay } from 'node:timers/promises';
import { SpanKind, trace } from '@opentelemetry/api';
import { mapDatabaseError } from '@lido/runtime/db/map-database-error.ts';
import { invalid } from '@lido/runtime/errors/refusal.ts';
import { attribute } from '@lido/runtime/telemetry/names.ts';
import { inSpan } from '@lido/runtime/telemetry/telemetry.ts';
import type { DeviceRow } from '../devices/device.entity.ts';
import { type DoorOpener, isInUse } from '../devices/device-relays.ts';
import { answerOf, type AnswerParts } from './answer.ts';
import { type DecisionRace, startRace } from './decision-race.ts';
import type { Decision } from './decision.ts';
import { fallBack } from './decide.ts';
import { findDoor } from './door.repository.ts';
import { keepTold, type SavedTap, takeBack } from './late-decision.repository.ts';
import type { JournalEntry, ReplayResult } from './journal.ts';
import { answerAgain, isOtherReading } from './repeated-tap.ts';
import { replayJournal } from './replay.handlers.ts';
import { settle, type SettledTap } from './settle.repository.ts';
import type { Passage, Tap } from './tap.ts';
import { completeCase, readTap, type TapCase, type TapDeciderOptions, transactionOf } from './tap-case.repository.ts';
import { earlierOf, hearTap, keepDecision, keepPassage, settleTap } from './tap.repository.ts';
import { recordValues, type VisitTransaction } from './visit.repository.ts';

/** Decides taps and remembers what became of them, whichever adapter brought them. */
export interface TapDecider {
  /**
   * Answers within the deadline, always; whatever goes wrong keeps the door shut, except for whoever leaves. `door` is the device as its
   * adapter knows it, should the database not tell. Refuses an id that the device has used for another tap.
   */
  decide(tap: Tap, door?: AdapterDoor): Promise<Decision>;
  /** Takes in what a device decided by itself; answers for each entry, in their order. */
  replay(entries: readonly JournalEntry[]): Promise<ReplayResult[]>;
  recordPassage(passage: Passage): Promise<void>;
}

/** A device as its adapter has it. */
export type AdapterDoor = Pick<DeviceRow, 'direction' | 'enabled' | 'deletedAt'> & DoorOpener;

/** How much longer than the deadline a statement may run before the database gives it up. */
const lateMs = 250;

/** The deadline has answered for a decision that was not ready. */
class TooLate extends Error {}

/** The same tap came twice at once, and the other one was decided first. */
class DecidedMeanwhile extends Error {}

/** A device has numbered two taps alike. */
class UsedEventId extends Error {}

/** Makes the decider of one service. */
export function tapDecider(options: TapDeciderOptions): TapDecider {
  const { db, telemetry } = options.parts;
  return {
    decide: (tap, door) =>
      inSpan(
        telemetry.tracer,
        'reader tap',
        { kind: SpanKind.SERVER, attributes: { [attribute.messageId]: tap.eventId } },
        async (span) => {
          const decision = await decideInTime(tap, door && isInUse(door) ? door : undefined, options);
          span.setAttributes({ [attribute.outcome]: decision.outcome, [attribute.reason]: decision.reason });
          return decision;
        },
      ),
    replay: (entries) =>
      inSpan(telemetry.tracer, 'reader journal', { kind: SpanKind.SERVER }, () => replayJournal(entries, options)),
    recordPassage: (passage) => {
      const attributes = { [attribute.messageId]: passage.eventId };
      return inSpan(telemetry.tracer, 'reader passage', { kind: SpanKind.SERVER, attributes }, () =>
        keepPassage(db.fork(), passage),
      );
    },
  };
}

async function decideInTime(tap: Tap, device: Attempt['device'], options: TapDeciderOptions): Promise<Decision> {
  const race = startRace(options.deadlineMs, () => performance.now());
  const attempt: Attempt = { tap, device, options, race, startedMs: performance.now() };
  const deadline = Promise.withResolvers<Decision>();
  const timer = setTimeout(() => {
    race.expire();
    deadline.resolve(answerAnyway(attempt, 'decision_timeout'));
  }, options.deadlineMs);
  try {
    return await Promise.race([decideFromFacts(attempt), deadline.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** One decision under way. */
interface Attempt {
  readonly tap: Tap;
  readonly options: TapDeciderOptions;
  readonly race: DecisionRace;
  readonly startedMs: number;
  device: AnswerParts['device'];
  /** What was about to be committed; whether it was may be unknown. */
  saving?: SavedTap;
  /** What the reader was told without a decision. */
  answer?: Decision;
}

async function decideFromFacts(attempt: Attempt): Promise<Decision> {
  const { tap, options, race } = attempt;
  const { log } = options.parts.telemetry;
  try {
    const decision = await decideKept(attempt);
    // Looked at once more after the commit, which may have waited for a disk.
    if (!race.claim()) throw new TooLate();
    return decision;
  } catch (error) {
    const context = { event_id: tap.eventId, device_id: tap.deviceId };
    if (error instanceof UsedEventId) {
      throw invalid({
        event_id: [
          `This device has used ${tap.eventId} for another medium or reader. Each tap needs an id of its own.`,
        ],
      });
    }
    if (error instanceof TooLate) {
      log.warn(context, 'a decision came too late and was undone');
      return giveUp(attempt, 'decision_timeout');
    }
    log.error({ ...context, err: mapDatabaseError(error) }, 'a tap could not be decided');
    return giveUp(attempt, 'internal_error');
  }
}

/** Stores the tap, then decides it; one that was decided before keeps its answer. */
async function decideKept(attempt: Attempt): Promise<Decision> {
  const { tap, options, race } = attempt;
  const em = options.parts.db.fork();
  const door = await findDoor(em, tap.deviceId);
  if (!door) throw new Error('There is no device that could have sent this tap.');
  attempt.device = door.device;
  const { organisationId, siteId } = door.device;
  trace.getActiveSpan()?.setAttributes({ [attribute.organisationId]: organisationId, [attribute.siteId]: siteId });
  const read = readTap(tap, door);
  const heard = await hearTap(em, read);
  const now = earlierOf(read);
  if (heard.earlier && isOtherReading(heard.earlier, now)) throw new UsedEventId();
  if (heard.earlier && heard.decision) return answerAgain(heard.decision, heard.earlier, { ...now, ...door.device });
  // Where many wait, work for those who have been answered already would make the next ones late too.
  if (race.isLost()) throw new TooLate();
  try {
    return await decideAndSave(attempt, await completeCase(read, heard.holder, options));
  } catch (error) {
    const { decision } = error instanceof DecidedMeanwhile ? await hearTap(em, read) : { decision: undefined };
    if (!decision) throw error;
    return decision;
  }
}

async function decideAndSave(attempt: Attempt, tapCase: TapCase): Promise<Decision> {
  const { race, options } = attempt;
  const { db, clock, onCommit } = options.parts;
  if (race.isLost()) throw new TooLate();
  const decision = await db.transaction(async (em) => {
    const transaction = transactionOf(em, tapCase, clock.nowMs());
    const settled = await settle(tapCase, transaction, remaining(attempt) + lateMs);
    const answer = answerOf({ ...settled, ...tapCase, elapsedMs: elapsed(attempt) });
    if (!(await keep(tapCase, settled, answer, transaction))) throw new DecidedMeanwhile();
    attempt.saving = { tapCase, decision: answer, consequences: settled.consequences };
    if (race.isLost()) throw new TooLate();
    return answer;
  });
  onCommit();
  return decision;
}

function keep(
  { tap }: TapCase,
  { consequences, findings }: SettledTap,
  decision: Decision,
  transaction: VisitTransaction,
): Promise<boolean> {
  const { em } = transaction;
  if (!consequences) return keepDecision(em, tap, { decision, findings });
  const values = recordValues(consequences.visitor, consequences.record, transaction);
  return settleTap(em, tap, { decision, findings }, values);
}

/** Answers without a decision. Nobody waits until that is kept. */
function giveUp(attempt: Attempt, reason: Unable): Decision {
  const decision = answerAnyway(attempt, reason);
  void keepAnswer(attempt, decision);
  return decision;
}

/** For how long the database may be away, about: the pauses between tries are doubled up to this. */
const pauseMaxMs = 64_000;

/** Keeps the answer without a decision in the place of all that may have been committed, as soon as the database can. */
async function keepAnswer({ tap, options, saving }: Attempt, told: Decision): Promise<void> {
  const { db, clock, telemetry, onCommit } = options.parts;
  for (let pauseMs = 1_000; pauseMs <= pauseMaxMs; pauseMs *= 2) {
    try {
      await db.transaction(async (em) => {
        if (saving && (await takeBack(saving, told, transactionOf(em, saving.tapCase, clock.nowMs())))) return;
        await keepTold(em, tap, told);
      });
      return onCommit();
    } catch (error) {
      telemetry.log.warn({ err: error, event_id: tap.eventId }, 'an answer could not be kept yet');
      await delay(pauseMs, undefined, { ref: false });
    }
  }
}

type Unable = 'decision_timeout' | 'internal_error';

/** The answer without a decision; it is made once, so that what is kept is what the reader was told. */
function answerAnyway(attempt: Attempt, reason: Unable): Decision {
  const { tap, device } = attempt;
  const verdict = fallBack(device?.direction ?? 'DEVICE_DIRECTION_UNSPECIFIED', reason);
  attempt.answer ??= answerOf({ verdict, tap, device, elapsedMs: elapsed(attempt) });
  return attempt.answer;
}

/** Milliseconds since the tap came in. */
function elapsed({ startedMs }: Attempt): number {
  return Math.round(performance.now() - startedMs);
}

/** Milliseconds until the deadline. */
function remaining(attempt: Attempt): number {
  return Math.max(0, attempt.options.deadlineMs - elapsed(attempt));
}
