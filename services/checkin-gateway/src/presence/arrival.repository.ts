import { newShopId } from '@lido/runtime/service/ids.ts';
import type { KnownCustomer } from '../projections/known.repository.ts';
import { foldVisits, openVisitOf } from '../visits/fold-visits.ts';
import { findEpisode } from '../visits/movement.repository.ts';
import { findOwnEntitlement, type OwnArrival } from './own-arrival.repository.ts';
import { findPolicy } from '../visits/policy.repository.ts';
import { customerKey, type RecordedFact, recordFact, takeBackFact } from '../visits/record-movement.repository.ts';
import { VisitEntity } from '../visits/visit.entity.ts';
import { lockSubject, type VisitTransaction } from '../visits/visit.repository.ts';

/** Somebody who has come to a site, as a check-in says that is not one of a door. */
export interface NotedArrival extends OwnArrival {
  /** What noted it, for the list of check-ins. */
  readonly method: { readonly id: string; readonly name: string };
  /** Whether the customer says so of themselves. */
  readonly isOwnWord: boolean;
}

/**
 * Begins a visit of the customer and answers its id; one that is open at another site ends with it, as at a door. Whoever is inside here, or
 * was then, does not arrive again, nobody arrives in the future, and nobody by their own word whom a door would not let in: then nothing
 * begins and the answer is null. An arrival long ago makes a visit that has ended by itself.
 */
export async function noteArrival(noted: NotedArrival, transaction: VisitTransaction): Promise<string | null> {
  const { em, nowMs } = transaction;
  const { customer, organisationId, method, at, siteId } = noted;
  if (at.getTime() > nowMs) return null;
  const visitor = { organisationId, customerId: customer.id, customer };
  await lockSubject(em, customerKey(customer.id));
  for (const atMs of [at.getTime(), nowMs]) {
    const before = (await findEpisode(em, visitor, new Date(atMs))).filter((movement) => movement.atMs <= atMs);
    if (openVisitOf(foldVisits(before, atMs))?.siteId === siteId) return null;
  }
  const policy = await findPolicy(em, siteId);
  const entitlement = noted.isOwnWord ? await findOwnEntitlement(em, noted, policy) : { membershipId: null };
  if (!entitlement) return null;
  const visitId = newShopId();
  const arrival = {
    ...({ kind: 'arrival', siteId, at, visitId, ...entitlement, policy } as const),
    ...{ methodType: null, methodId: method.id, methodName: method.name },
  };
  await recordFact(visitor, arrival, transaction);
  return visitId;
}

/** Ends the visit that a check-in began, unless something else than time has ended it. */
export async function noteDeparture(
  visitId: string,
  at: Date,
  customer: KnownCustomer | undefined,
  transaction: VisitTransaction,
): Promise<void> {
  const { em, nowMs } = transaction;
  const visit = await em.findOne(VisitEntity, { id: visitId });
  if (!visit) return;
  const { organisationId, customerId, siteId, methodId, methodName } = visit;
  await lockSubject(em, customerKey(customerId));
  await em.refresh(visit);
  const endMs = Math.max(visit.checkedInAt.getTime(), Math.min(at.getTime(), nowMs));
  if (visit.checkedOutAt && (visit.closedBy !== 'max_visit' || visit.checkedOutAt.getTime() <= endMs)) return;
  const departure = {
    ...({ kind: 'departure', siteId, at: new Date(endMs), visitId } as const),
    membershipId: visit.membershipId ?? null,
    ...{ methodType: visit.methodType ?? null, methodId, methodName, policy: await findPolicy(em, siteId) },
  };
  await recordFact({ organisationId, customerId, customer }, departure, transaction);
}

/** Takes back what a check-in said of the visit that it began: that somebody came, and with that all of the visit, or that they left. */
export async function takeBackNoted(
  visitId: string,
  kind: RecordedFact['kind'],
  customer: KnownCustomer,
  transaction: VisitTransaction,
): Promise<void> {
  const visit = await transaction.em.findOne(VisitEntity, { id: visitId }, { disableIdentityMap: true });
  if (!visit) return;
  const { organisationId, customerId, checkedInAt } = visit;
  await takeBackFact({ organisationId, customerId, customer }, { kind, visitId, at: checkedInAt }, transaction);
}
