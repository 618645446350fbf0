import type { ArrivalMethod, Movement, MovementKind } from './movement.ts';
import { addMovement, type MovementRecord, type Surroundings } from './movement-record.ts';
import { findSurroundings } from './movement.repository.ts';
import type { VisitPolicy } from './policy.ts';
import type { StoredVisit } from './stored-visit.ts';
import { lockSubject, saveRecord, type Visitor, type VisitTransaction } from './visit.repository.ts';

/** Only what begins a visit can meet another one that is still open in the database. */
const mayBegin: ReadonlySet<MovementKind> = new Set(['in', 'toggle', 'arrival']);

/**
 * What a movement makes of the visits around it; nothing of that is stored yet. The older visit that has lasted too long, which no
 * movement of today can reach any more, is ended first.
 */
export async function recordOf(
  visitor: Visitor,
  movement: Movement,
  surroundings: Surroundings,
  transaction: VisitTransaction,
): Promise<MovementRecord> {
  const { overdueSince } = surroundings;
  if (overdueSince && mayBegin.has(movement.kind)) await refold(visitor, { at: overdueSince }, transaction);
  return addMovement(surroundings, movement, transaction.nowMs);
}

/**
 * Makes the visits around an instant what their movements say by now, and the one that a movement had begun which is there no more.
 * The caller holds the customer's lock.
 */
export async function refold(
  visitor: Visitor,
  around: { readonly at: Date; readonly movement?: Pick<Movement, 'id' | 'visitId'> },
  transaction: VisitTransaction,
): Promise<void> {
  const { em, nowMs } = transaction;
  const surroundings = await findSurroundings(em, visitor, { ...around, nowMs });
  await saveRecord(visitor, addMovement(surroundings, undefined, nowMs), transaction);
}

/**
 * Adds a movement to a customer's and makes their visits what all of them together say; the caller holds the customer's lock.
 * Answers the visits of its time by their ids.
 */
export async function recordMovement(
  visitor: Visitor,
  movement: Movement,
  transaction: VisitTransaction,
): Promise<ReadonlyMap<string, StoredVisit>> {
  const { em, nowMs } = transaction;
  const surroundings = await findSurroundings(em, visitor, { at: new Date(movement.atMs), movement, nowMs });
  const record = await recordOf(visitor, movement, surroundings, transaction);
  await saveRecord(visitor, record, transaction);
  return record.visits;
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
): Promise<StoredVisit> {
  await lockSubject(transaction.em, customerKey(visitor.customerId));
  // A door may be counting its visits.
  if (fact.membershipId) await lockSubject(transaction.em, membershipKey(fact.membershipId));
  const movement = { ...fact, id: factIdOf(fact), atMs: at.getTime(), rules: policy, zone: null, repeatKey: null };
  const visit = (await recordMovement(visitor, movement, transaction)).get(fact.visitId);
  if (!visit) throw new Error('A recorded fact belongs to no visit.');
  return visit;
}

/**
 * Takes a fact back: the customer's visits become what the other movements say. Without its arrival a visit is none, and its departure goes
 * too. `at` is when the visit began.
 */
export async function takeBackFact(
  visitor: Visitor,
  { kind, visitId, at }: Pick<RecordedFact, 'kind' | 'visitId' | 'at'>,
  transaction: VisitTransaction,
): Promise<void> {
  const { em } = transaction;
  await lockSubject(em, customerKey(visitor.customerId));
  const [id, departure] = [factIdOf({ kind, visitId }), factIdOf({ kind: 'departure', visitId })];
  await em.execute('delete from movements where id in (?, ?)', [id, departure], 'run');
  await refold(visitor, { at, movement: { id, visitId } }, transaction);
}

function factIdOf({ kind, visitId }: Pick<RecordedFact, 'kind' | 'visitId'>): string {
  return `${kind} ${visitId}`;
}

/** What whoever counts the visits of a membership locks. */
export function membershipKey(membershipId: string): string {
  return `membership ${membershipId}`;
}

/** What a decision about a customer locks. */
export function customerKey(customerId: string): string {
  return `customer ${customerId}`;
}
