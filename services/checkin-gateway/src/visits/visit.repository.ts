import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { CheckIn, type CheckInCustomer } from '@lido/proto/lido/checkin/v1/check_in.ts';
import type { OutgoingEvent } from '@lido/runtime/events/outbox.ts';
import { toCheckIn } from './check-in-message.ts';
import type { FoldedVisit } from './fold-visits.ts';
import type { Subject } from './movement.repository.ts';
import { VisitEntity, type VisitRow } from './visit.entity.ts';

/** A transaction in which visits change, and in whose name. */
export interface VisitTransaction {
  readonly em: SqlEntityManager;
  readonly actor: string;
  readonly nowMs: number;
  emit(event: OutgoingEvent): Promise<void>;
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

/** When the customer's open visit began, if it should have ended by an instant. */
export async function findOverdueSince(
  em: SqlEntityManager,
  { organisationId, customerId }: Subject,
  at: Date,
): Promise<Date | undefined> {
  const [row] = await em.execute<{ since: Date }[]>(
    `select checked_in_at as since from visits
     where organisation_id = ? and customer_id = ? and checked_out_at is null and deleted_at is null and ends_by <= ?`,
    [organisationId, customerId, at],
  );
  return row && new Date(row.since);
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

/**
 * Makes the stored visits what the movements say, and tells of every change. `ids` are those of all visits that the movements
 * could have begun: one that they do not make is taken back. Answers the visits by id.
 */
export async function saveVisits(
  visitor: Visitor,
  { visits, ids }: { visits: readonly FoldedVisit[]; ids: readonly string[] },
  transaction: VisitTransaction,
): Promise<Map<string, VisitRow>> {
  const { em } = transaction;
  const stored = await em.find(VisitEntity, { id: { $in: [...ids] } });
  const rows = new Map(stored.map((row) => [row.id, row]));
  const wanted = new Map(visits.map((visit) => [visit.id, visit]));
  const isOpen = ({ id }: VisitRow): boolean => wanted.get(id)?.closedBy === null;
  // Ends come before beginnings: the database lets a customer have one open visit.
  for (const row of stored.toSorted((a, b) => Number(isOpen(a)) - Number(isOpen(b)))) {
    const visit = wanted.get(row.id);
    if (visit) await changeVisit(row, visit, visitor, transaction);
    else await takeBack(row, visitor, transaction);
  }
  for (const visit of visits) {
    if (!rows.has(visit.id)) rows.set(visit.id, await beginVisit(visit, visitor, transaction));
  }
  return rows;
}

async function beginVisit(visit: FoldedVisit, visitor: Visitor, transaction: VisitTransaction): Promise<VisitRow> {
  const { em, actor, nowMs } = transaction;
  const now = new Date(nowMs);
  const row = em.create(VisitEntity, {
    ...{ id: visit.id, organisationId: visitor.organisationId, customerId: visitor.customerId },
    ...{ createdAt: now, createdBy: actor, updatedAt: now, updatedBy: actor, version: 1 },
    ...columnsOf(visit),
  });
  await em.flush();
  await tell('lido.checkin.check_in.created', row, visitor, transaction);
  if (row.checkedOutAt) await tell('lido.checkin.check_in.checked_out', row, visitor, transaction);
  return row;
}

async function changeVisit(
  row: VisitRow,
  visit: FoldedVisit,
  visitor: Visitor,
  transaction: VisitTransaction,
): Promise<void> {
  const columns = columnsOf(visit);
  const isSame =
    !row.deletedAt &&
    (row.zone ?? null) === columns.zone &&
    (row.closedBy ?? null) === columns.closedBy &&
    row.checkedOutAt?.getTime() === columns.checkedOutAt?.getTime();
  if (isSame) return;
  const wasThere = !row.deletedAt;
  const wasOut = wasThere ? row.checkedOutAt?.getTime() : undefined;
  Object.assign(row, columns, { deletedAt: null, ...stamp(transaction) });
  await transaction.em.flush();
  if (!wasThere) await tell('lido.checkin.check_in.created', row, visitor, transaction);
  if (row.checkedOutAt?.getTime() !== wasOut) await tell(endOrSaved(row), row, visitor, transaction);
}

async function takeBack(row: VisitRow, visitor: Visitor, transaction: VisitTransaction): Promise<void> {
  if (row.deletedAt) return;
  Object.assign(row, { deletedAt: new Date(transaction.nowMs), ...stamp(transaction) });
  await transaction.em.flush();
  await tell('lido.checkin.check_in.removed', row, visitor, transaction);
}

function stamp({ nowMs, actor }: VisitTransaction): Pick<VisitRow, 'updatedAt' | 'updatedBy'> {
  return { updatedAt: new Date(nowMs), updatedBy: actor };
}

function endOrSaved(row: VisitRow) {
  return row.checkedOutAt ? 'lido.checkin.check_in.checked_out' : 'lido.checkin.check_in.saved';
}

function columnsOf(visit: FoldedVisit) {
  const { siteId, membershipId, methodType, methodId, methodName, zone, closedBy } = visit;
  return {
    ...{ siteId, membershipId, methodType, methodId, methodName, zone, closedBy },
    checkedInAt: new Date(visit.checkedInMs),
    endsBy: new Date(visit.endsByMs),
    checkedOutAt: visit.checkedOutMs === null ? null : new Date(visit.checkedOutMs),
  };
}

async function tell(
  type: OutgoingEvent['type'],
  visit: VisitRow,
  { customer }: Visitor,
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
