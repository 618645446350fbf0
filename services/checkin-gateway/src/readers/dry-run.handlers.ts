import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { Database } from '@lido/runtime/db/database.ts';
import { notFound } from '@lido/runtime/errors/refusal.ts';
import type { DeviceRow } from '../devices/device.entity.ts';
import { answerOf } from '../visits/answer.ts';
import type { Decision } from '../visits/decision.ts';
import { findDoor } from '../visits/door.repository.ts';
import { settle, type Settled } from '../visits/settle.repository.ts';
import type { Tap } from '../visits/tap.ts';
import { gatherCase, readTap, type TapDeciderOptions, transactionOf } from '../visits/tap-case.repository.ts';

/** Carries the answer out of the transaction that it undoes. */
class Undo extends Error {
  readonly settled: Settled;

  constructor(settled: Settled) {
    super('A dry run changes nothing.');
    this.settled = settled;
  }
}

/**
 * Decides a tap by the same code as a real one, in a transaction that is undone. Neither the tap nor what would have
 * become of it is stored, and nobody is told.
 */
export async function decideDry(
  tap: Tap,
  device: Pick<DeviceRow, 'id'>,
  options: TapDeciderOptions,
): Promise<Decision> {
  const startedMs = performance.now();
  const { db, clock } = options.parts;
  const door = await findDoor(db.fork(), device.id);
  if (!door) throw notFound(device.id);
  const tapCase = await gatherCase(readTap(tap, door), options);
  const settled = await undone(
    (em) => settle(tapCase, transactionOf(em, tapCase, clock.nowMs()), options.deadlineMs),
    db,
  );
  const elapsedMs = Math.round(performance.now() - startedMs);
  return answerOf({ ...settled, ...tapCase, checkInId: null, elapsedMs });
}

async function undone(work: (em: SqlEntityManager) => Promise<Settled>, db: Database): Promise<Settled> {
  try {
    return await db.transaction(async (em) => {
      throw new Undo(await work(em));
    });
  } catch (error) {
    if (error instanceof Undo) return error.settled;
    throw error;
  }
}
