import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { Decision } from './decision.ts';
import { findDoor } from './door.repository.ts';
import { customerKey, refold } from './record-movement.repository.ts';
import type { SettledTap } from './settle.repository.ts';
import type { Tap } from './tap.ts';
import { readTap, type TapCase } from './tap-case.repository.ts';
import { hearTap, keepDecision, replaceDecision } from './tap.repository.ts';
import { lockSubject, type VisitTransaction } from './visit.repository.ts';

/** A decision with all that came of it. */
export interface SavedTap extends Pick<SettledTap, 'consequences'> {
  readonly tapCase: TapCase;
  readonly decision: Decision;
}

/**
 * Takes back a decision that was committed after the deadline: what is kept is what the reader was told, nobody has moved, and the
 * visits are as if nobody had tapped. Answers false, and changes nothing, where the decision is not what is kept.
 */
export async function takeBack(
  { tapCase: { tap }, decision: late, consequences }: SavedTap,
  told: Decision,
  transaction: VisitTransaction,
): Promise<boolean> {
  const { em } = transaction;
  const visitor = consequences?.visitor;
  if (visitor) await lockSubject(em, customerKey(visitor.customerId));
  const movement = consequences?.record.movement;
  const isReplaced = await replaceDecision(em, tap, { late, told, movementId: movement?.id });
  if (isReplaced && visitor && movement) await refold(visitor, { at: new Date(movement.atMs), movement }, transaction);
  return isReplaced;
}

/** Keeps what a reader was told of a tap that nothing was decided of; the tap itself, too, where that could not be stored before. */
export async function keepTold(em: SqlEntityManager, tap: Tap, told: Decision): Promise<void> {
  const door = await findDoor(em, tap.deviceId);
  const heard = door && (await hearTap(em, readTap(tap, door)));
  const findings = { customerId: heard?.holder?.customer?.id, duplicateOf: undefined };
  await keepDecision(em, tap, { decision: told, findings });
}
