import { foldVisits } from './fold-visits.ts';
import type { ArrivalMethod, Movement, MovementKind } from './movement.ts';
import { findEpisode, keepMovement } from './movement.repository.ts';
import type { VisitPolicy } from './policy.ts';
import type { VisitRow } from './visit.entity.ts';
import { findOverdueSince, lockSubject, saveVisits, type Visitor, type VisitTransaction } from './visit.repository.ts';

/**
 * Adds a movement to a customer's and makes their visits what all of them together say. The caller holds the customer's lock, and
 * may have read the movements of that time. One that was recorded before changes nothing. Answers the visits of its time by id.
 */
export async function recordMovement(
  visitor: Visitor,
  movement: Movement,
  transaction: VisitTransaction,
  episode?: readonly Movement[],
): Promise<Map<string, VisitRow>> {
  if (mayBegin.has(movement.kind)) await endOverdue(visitor, transaction);
  const isNew = await keepMovement(transaction.em, visitor, movement, new Date(transaction.nowMs));
  if (isNew && episode) return saveFolded(visitor, [...episode, movement], transaction);
  return refold(visitor, new Date(movement.atMs), transaction);
}

/** Only what begins a visit can meet another one that is still open in the database. */
const mayBegin: ReadonlySet<MovementKind> = new Set(['in', 'toggle', 'arrival']);

/** Ends the visit that has lasted too long, which no movement of today can reach any more. */
async function endOverdue(visitor: Visitor, transaction: VisitTransaction): Promise<void> {
  const since = await findOverdueSince(transaction.em, visitor, new Date(transaction.nowMs));
  if (since) await refold(visitor, since, transaction);
}

/** Makes the visits around an instant what their movements say by now. */
export async function refold(
  visitor: Visitor,
  at: Date,
  transaction: VisitTransaction,
): Promise<Map<string, VisitRow>> {
  return saveFolded(visitor, await findEpisode(transaction.em, visitor, at), transaction);
}

function saveFolded(
  visitor: Visitor,
  movements: readonly Movement[],
  transaction: VisitTransaction,
): Promise<Map<string, VisitRow>> {
  const visits = foldVisits(movements, transaction.nowMs);
  return saveVisits(visitor, { visits, ids: movements.map(({ visitId }) => visitId) }, transaction);
}

/** An arrival or a departure as people and programs record it. */
export interface RecordedFact extends ArrivalMethod {
  readonly kind: Extract<MovementKind, 'arrival' | 'departure'>;
  readonly siteId: string;
  readonly at: Date;
  readonly membershipId: string | null;
  readonly policy: VisitPolicy;
  /** The visit that begins or ends. */
  readonly visitId: string;
}

/**
 * Records that a customer came or went, as the fact it is: no rule of the doors is asked. Recording it again changes nothing.
 * Answers the visit.
 */
export async function recordFact(
  visitor: Visitor,
  { policy, at, ...fact }: RecordedFact,
  transaction: VisitTransaction,
): Promise<VisitRow> {
  await lockSubject(transaction.em, customerKey(visitor.customerId));
  const id = `${fact.kind} ${fact.visitId}`;
  const movement = { ...fact, id, atMs: at.getTime(), rules: policy, zone: null, repeatKey: null };
  const visit = (await recordMovement(visitor, movement, transaction)).get(fact.visitId);
  if (!visit) throw new Error('A recorded fact belongs to no visit.');
  return visit;
}

/** What a decision about a customer locks. */
export function customerKey(customerId: string): string {
  return `customer ${customerId}`;
}
