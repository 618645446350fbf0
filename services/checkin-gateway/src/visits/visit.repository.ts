import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { CheckIn, type CheckInCustomer } from '@lido/proto/lido/checkin/v1/check_in.ts';
import { eventRecord, type Origin, type OutgoingEvent } from '@lido/runtime/events/outbox.ts';
import { toCheckIn } from './check-in-message.ts';
import { movementRecord, type Subject } from './movement.repository.ts';
import type { MovementRecord } from './movement-record.ts';
import type { StoredVisit } from './stored-visit.ts';

/** A transaction in which visits change, and in whose name. */
export interface VisitTransaction {
  readonly em: SqlEntityManager;
  readonly origin: Origin;
  readonly nowMs: number;
}

/** Lets one transaction at a time decide about a customer (or whatever else the key names), until it ends. */
export async function lockSubject(em: SqlEntityManager, key: string): Promise<void> {
  await em.execute('select pg_advisory_xact_lock(hashtextextended(?, 1))', [key]);
}

/** When the customer last left a site before an instant, in epoch milliseconds. */
export async function findLastCheckOutMs(
  em: SqlEntityManager,
  { organisationId, customerId }: Subject,
  { siteId, at }: { siteId: string; at: Date },
): Promise<number | undefined> {
  const [row] = await em.execute<{ last: Date | null }[]>(
    `select max(checked_out_at) as last from visits
     where organisation_id = ? and customer_id = ? and site_id = ? and deleted_at is null
       and checked_out_at <= ?`,
    [organisationId, customerId, siteId, at],
  );
  return row?.last ? new Date(row.last).getTime() : undefined;
}

/** How many customers are at a site, or in one of its zones, at an instant. */
export async function countInside(
  em: SqlEntityManager,
  { organisationId, siteId, zone }: { organisationId: string; siteId: string; zone: string | null },
  at: Date,
): Promise<number> {
  const [row] = await em.execute<{ count: number }[]>(
    `select count(*)::int as count from visits
     where organisation_id = ? and site_id = ? and checked_out_at is null and deleted_at is null and ends_by > ?
       and (?::varchar is null or zone = ?)`,
    [organisationId, siteId, at, zone, zone],
  );
  return row?.count ?? 0;
}

/** Whose visits change, as far as they are known. */
export interface Visitor extends Subject {
  readonly customer: CheckInCustomer | undefined;
}

/** Stores what a movement makes of a customer's visits, and tells of every change, in one statement. */
export async function saveRecord(
  visitor: Visitor,
  record: MovementRecord,
  { em, nowMs, origin }: VisitTransaction,
): Promise<void> {
  if (!record.movement && record.changes.length === 0) return;
  await em.execute('select save_movement(?, ?, ?)', recordValues(visitor, record, { nowMs, origin }), 'run');
}

/** A record as the functions in SQL read it: the movement, the changed visits, and what is told of them. */
export function recordValues(
  visitor: Visitor,
  { movement, changes }: Pick<MovementRecord, 'movement' | 'changes'>,
  { nowMs, origin }: Pick<VisitTransaction, 'nowMs' | 'origin'>,
): [movement: string, visits: string, told: string] {
  return [
    JSON.stringify(movement ? movementRecord(visitor, movement, nowMs) : null),
    JSON.stringify(changes.map(({ visit }) => visitRecord(visitor, visit, { nowMs, origin }))),
    JSON.stringify(
      changes.flatMap(({ visit, told }) => told.map((type) => eventRecord(eventOf(type, visit, visitor), origin))),
    ),
  ];
}

/** A visit as its table has it. What its row says of its making stays when it is there already. */
function visitRecord(
  { organisationId, customerId }: Subject,
  visit: StoredVisit,
  { nowMs, origin: { actor } }: Pick<VisitTransaction, 'nowMs' | 'origin'>,
): Record<string, unknown> {
  const now = new Date(nowMs);
  const { checkedOutMs, zone, version } = visit;
  return {
    ...{ id: visit.id, organisation_id: organisationId, customer_id: customerId, site_id: visit.siteId },
    ...{ membership_id: visit.membershipId, method_type: visit.methodType },
    ...{ method_id: visit.methodId, method_name: visit.methodName, zone, closed_by: visit.closedBy },
    ...{ checked_in_at: new Date(visit.checkedInMs), ends_by: new Date(visit.endsByMs) },
    checked_out_at: checkedOutMs === null ? null : new Date(checkedOutMs),
    ...{ created_at: now, created_by: actor, updated_at: now, updated_by: actor, version },
    deleted_at: visit.isTakenBack ? now : null,
  };
}

function eventOf(
  type: OutgoingEvent['type'],
  visit: StoredVisit,
  { organisationId, customerId, customer }: Visitor,
): OutgoingEvent {
  const payload = CheckIn.encode(toCheckIn({ ...visit, customerId }, customer)).finish();
  return { type, aggregateId: visit.id, organisationId, siteId: visit.siteId, payload };
}
