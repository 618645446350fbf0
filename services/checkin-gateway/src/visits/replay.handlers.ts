import { mapDatabaseError } from '@lido/runtime/db/map-database-error.ts';
import { answerOf } from './answer.ts';
import { findDoor } from './door.repository.ts';
import type { Medium } from './media.ts';
import { isClockAhead, type JournalEntry, type ReplayResult } from './journal.ts';
import { findTaken, keepQuarantined, keepReplayed } from './journal.repository.ts';
import { settleReplay } from './settle.repository.ts';
import { gatherCase, type ReadTap, readTap, type TapDeciderOptions, transactionOf } from './tap-case.repository.ts';

/** The same entry came twice at once, and the other one was taken first. */
class TakenMeanwhile extends Error {}

/**
 * Takes in what devices decided by themselves. Each entry is committed or left alone by itself, and is answered for only then;
 * one that can not be taken now may be sent again.
 */
export async function replayJournal(
  entries: readonly JournalEntry[],
  options: TapDeciderOptions,
): Promise<ReplayResult[]> {
  const results: ReplayResult[] = [];
  for (const entry of entries) results.push(await replayEntry(entry, options));
  if (results.some(({ status }) => status === 'accepted')) options.parts.onCommit();
  return results;
}

/** Settles a tap that was stored with this medium and that a device opened for without a decision. Answers false where it has to wait. */
export async function settleStored(
  entry: JournalEntry,
  medium: Medium | undefined,
  options: TapDeciderOptions,
): Promise<boolean> {
  const { status } = await replayEntry(entry, options, (tap, door) => ({ ...door, tap, medium }));
  return status !== 'rejected';
}

async function replayEntry(
  entry: JournalEntry,
  options: TapDeciderOptions,
  read: typeof readTap = readTap,
): Promise<ReplayResult> {
  const { eventId, deviceId } = entry.tap;
  try {
    return await take(entry, options, read);
  } catch (error) {
    if (error instanceof TakenMeanwhile) return { eventId, status: 'known', flags: [] };
    const context = { event_id: eventId, device_id: deviceId, err: mapDatabaseError(error) };
    options.parts.telemetry.log.error(context, 'an entry of a journal could not be taken');
    return { eventId, status: 'rejected', flags: ['internal_error'] };
  }
}

async function take(entry: JournalEntry, options: TapDeciderOptions, readAt: typeof readTap): Promise<ReplayResult> {
  const { tap } = entry;
  const em = options.parts.db.fork();
  const taken = await findTaken(em, entry);
  if (taken) return { eventId: tap.eventId, status: 'known', flags: taken.flags };
  const door = await findDoor(em, tap.deviceId);
  if (!door) throw new Error('There is no device that could have kept this journal.');
  const read = readAt(tap, door);
  if (isClockAhead(tap)) {
    await keepQuarantined(em, entry, read);
    return { eventId: tap.eventId, status: 'quarantined', flags: ['clock_ahead'] };
  }
  return { eventId: tap.eventId, status: 'accepted', flags: await settleEntry(entry, read, options) };
}

/** Answers the rules that we would have refused the tap by. */
async function settleEntry(
  entry: JournalEntry,
  read: ReadTap,
  options: TapDeciderOptions,
): Promise<ReplayResult['flags']> {
  const startedMs = performance.now();
  const { db, clock } = options.parts;
  const tapCase = await gatherCase(read, options);
  return db.transaction(async (em) => {
    const settled = await settleReplay(tapCase, entry.deviceDecision, transactionOf(em, read, clock.nowMs()));
    const answer = answerOf({ ...settled, ...tapCase, elapsedMs: Math.round(performance.now() - startedMs) });
    const isKept = await keepReplayed(em, entry, read, { decision: answer, findings: settled.findings });
    if (!isKept) throw new TakenMeanwhile();
    return answer.flags;
  });
}
