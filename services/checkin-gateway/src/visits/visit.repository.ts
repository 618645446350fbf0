import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { CheckIn, type CheckInCustomer } from '@lido/proto/lido/checkin/v1/check_in.ts';
import type { OutgoingEvent } from '@lido/runtime/events/outbox.ts';
import { toCheckIn } from './check-in-message.ts';
import type { VisitPolicy } from './policy.ts';
import { type ClosedBy, VisitEntity, type VisitRow } from './visit.entity.ts';

/** A transaction in which visits change, and in whose name. */
export interface VisitTransaction {
  readonly em: SqlEntityManager;
  readonly actor: string;
  readonly nowMs: number;
  readonly policy: VisitPolicy;
  emit(event: OutgoingEvent): Promise<void>;
}

/** When a visit ended and what ended it. */
export interface VisitEnd {
  readonly at: Date;
  readonly by: ClosedBy;
}

/** What a new visit is made of. */
export type Arrival = Pick<
  VisitRow,
  | 'id'
  | 'organisationId'
  | 'siteId'
  | 'customerId'
  | 'membershipId'
  | 'methodType'
  | 'methodId'
  | 'methodName'
  | 'checkedInAt'
>;

/** Lets one transaction at a time decide about a customer (or whatever else the key names), until it ends. */
export async function lockSubject(em: SqlEntityManager, key: string): Promise<void> {
  await em.execute('select pg_advisory_xact_lock(hashtextextended(?, 1))', [key]);
}

/** The customer's visit that nobody has ended, at whichever site. */
export async function findOpenVisit(
  em: SqlEntityManager,
  organisationId: string,
  customerId: string,
): Promise<VisitRow | undefined> {
  return (
    (await em.findOne(VisitEntity, { organisationId, customerId, checkedOutAt: null, deletedAt: null })) ?? undefined
  );
}

/** When the customer last left a site, in epoch milliseconds. */
export async function findLastCheckOutMs(
  em: SqlEntityManager,
  customerId: string,
  siteId: string,
): Promise<number | undefined> {
  const [row] = await em.execute<{ last: Date | null }[]>(
    'select max(checked_out_at) as last from visits where customer_id = ? and site_id = ?',
    [customerId, siteId],
  );
  return row?.last ? new Date(row.last).getTime() : undefined;
}

/** Begins a visit and tells of it. A visit that is still open ends at the same moment. */
export async function openVisit(
  arrival: Arrival,
  customer: CheckInCustomer,
  transaction: VisitTransaction,
): Promise<VisitRow> {
  const { em, actor, nowMs, policy } = transaction;
  const open = await findOpenVisit(em, arrival.organisationId, arrival.customerId);
  if (open) await closeVisit(open, endBefore(open, arrival.checkedInAt, policy), customer, transaction);
  const stamp = { createdAt: new Date(nowMs), createdBy: actor, updatedAt: new Date(nowMs), updatedBy: actor };
  const visit = em.create(VisitEntity, {
    ...arrival,
    ...stamp,
    version: 1,
    checkedOutAt: null,
    closedBy: null,
  });
  await em.flush();
  await tell('lido.checkin.check_in.created', visit, customer, transaction);
  return visit;
}

/** Ends a visit and tells of it. A visit never ends before it began. */
export async function closeVisit(
  visit: VisitRow,
  { at, by }: VisitEnd,
  customer: CheckInCustomer | undefined,
  transaction: VisitTransaction,
): Promise<void> {
  visit.checkedOutAt = at < visit.checkedInAt ? visit.checkedInAt : at;
  visit.closedBy = by;
  visit.updatedAt = new Date(transaction.nowMs);
  visit.updatedBy = transaction.actor;
  await transaction.em.flush();
  await tell('lido.checkin.check_in.checked_out', visit, customer, transaction);
}

/** The end of a visit that nobody ended, or undefined while it may still last. */
export function overdueSince(
  visit: Pick<VisitRow, 'checkedInAt'>,
  policy: VisitPolicy,
  nowMs: number,
): Date | undefined {
  const endMs = visit.checkedInAt.getTime() + policy.maxVisitMinutes * 60_000;
  return nowMs < endMs ? undefined : new Date(endMs);
}

/** How an open visit ends when its customer arrives again: then, or before when it has lasted too long by then. */
function endBefore(open: VisitRow, arrival: Date, policy: VisitPolicy): VisitEnd {
  const overdue = overdueSince(open, policy, arrival.getTime());
  return overdue ? { at: overdue, by: 'max_visit' } : { at: arrival, by: 'next_check_in' };
}

async function tell(
  type: OutgoingEvent['type'],
  visit: VisitRow,
  customer: CheckInCustomer | undefined,
  { emit }: VisitTransaction,
): Promise<void> {
  await emit({
    type,
    aggregateId: visit.id,
    organisationId: visit.organisationId,
    siteId: visit.siteId,
    payload: CheckIn.encode(toCheckIn(visit, customer)).finish(),
  });
}
