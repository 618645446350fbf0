import type { KnownCustomer } from '../projections/known.repository.ts';
import { newShopId } from '@lido/runtime/service/ids.ts';
import { VisitEntity } from '../visits/visit.entity.ts';
import {
  closeVisit,
  findOpenVisit,
  lockSubject,
  openVisit,
  overdueSince,
  type VisitTransaction,
} from '../visits/visit.repository.ts';

/** Somebody who has come to a site, as a check-in says that is not one of a door. */
export interface NotedArrival {
  readonly organisationId: string;
  readonly siteId: string;
  readonly customer: KnownCustomer;
  readonly at: Date;
  /** What noted it, for the list of check-ins. */
  readonly method: { readonly id: string; readonly name: string };
}

/**
 * Begins a visit of the customer and answers its id. Whoever is inside does not arrive again, and nobody arrives in the future: then
 * nothing begins and the answer is null. An arrival long ago makes a visit that has ended by itself.
 */
export async function noteArrival(noted: NotedArrival, transaction: VisitTransaction): Promise<string | null> {
  const { em, nowMs, policy } = transaction;
  const { customer, organisationId, method, at, siteId } = noted;
  if (at.getTime() > nowMs) return null;
  await lockSubject(em, `customer ${customer.id}`);
  const inside = await findOpenVisit(em, organisationId, customer.id);
  if (inside && !overdueSince(inside, policy, nowMs)) return null;
  const arrival = {
    ...{ id: newShopId(), organisationId, siteId, customerId: customer.id, membershipId: null },
    ...{ methodType: null, methodId: method.id, methodName: method.name, checkedInAt: at },
  };
  const visit = await openVisit(arrival, customer, transaction);
  const overdue = overdueSince(visit, policy, nowMs);
  if (overdue) await closeVisit(visit, { at: overdue, by: 'max_visit' }, customer, transaction);
  return visit.id;
}

/** Ends the visit that a check-in began, unless something else has ended it. */
export async function noteDeparture(
  visitId: string,
  at: Date,
  customer: KnownCustomer | undefined,
  transaction: VisitTransaction,
): Promise<void> {
  const { em, nowMs } = transaction;
  const visit = await em.findOne(VisitEntity, { id: visitId });
  if (!visit) return;
  await lockSubject(em, `customer ${visit.customerId}`);
  await em.refresh(visit);
  if (visit.checkedOutAt) return;
  const end = at.getTime() > nowMs ? new Date(nowMs) : at;
  await closeVisit(visit, { at: end, by: 'check_out' }, customer, transaction);
}
