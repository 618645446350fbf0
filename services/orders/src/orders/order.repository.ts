import { type FilterQuery, LockMode } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { Order } from '@lido/proto/lido/orders/v1/order.ts';
import { notFound, stateConflict } from '@lido/runtime/errors/refusal.ts';
import type { OutgoingEvent } from '@lido/runtime/events/outbox.ts';
import type { Call, Transaction } from '@lido/runtime/grpc/call.ts';
import { visibleSites } from '@lido/runtime/grpc/principal.ts';
import { zonesOf } from '@lido/runtime/resource/load.ts';
import { requirePermission, siteScope } from '@lido/runtime/resource/scope.ts';
import { OrderGuestEntity } from '../guests/order-guest.entity.ts';
import { OrderItemEntity } from '../items/order-item.entity.ts';
import { OrderNoteEntity } from '../notes/order-note.entity.ts';
import { OrderPaymentEntity } from '../payments/order-payment.entity.ts';
import { OrderPackageEntity } from '../packages/order-package.entity.ts';
import { type Aggregate, livePackages, moneyOf, packageDate, revenueDateOf } from './aggregate.ts';
import { OrderEntity, type OrderRow } from './order.entity.ts';
import { toOrder } from './order-message.ts';

/** The transaction of a change, and in whose name and when it is made. */
export interface Writer {
  em: SqlEntityManager;
  emit(event: OutgoingEvent): Promise<void>;
  actor: string;
  nowMs: number;
}

/** What a change of an order is told as; `saved` is a basket's event for as long as it is one. */
export type ChangeKind = 'saved' | 'submitted' | 'cancelled' | 'payment_recorded';

/** The writer of a call's transaction. */
export function writerOf(call: Call, { em, emit }: Transaction): Writer {
  return { em, emit, actor: call.actor, nowMs: call.clock.nowMs() };
}

/** The columns every new row starts with. */
export function newColumns(id: string, organisationId: string, { actor, nowMs }: Pick<Writer, 'actor' | 'nowMs'>) {
  const now = new Date(nowMs);
  return { id, organisationId, createdAt: now, createdBy: actor, updatedAt: now, updatedBy: actor };
}

/** Loads an order the caller may read. Missing and hidden ones are the same refusal. */
export async function findOrder(call: Call, id: string, em: SqlEntityManager = call.em): Promise<Aggregate> {
  const order = await em.findOne(OrderEntity, { $and: [{ id, deletedAt: null }, visibleOrders(call)] });
  if (!order) throw notFound(id);
  requireStaffPermission(order, call, 'read');
  return aggregateOf(em, order);
}

/**
 * Loads an order the caller may change and keeps every other writer out until the transaction ends. While a submit is
 * under way nothing else may change it.
 */
export async function lockOrder(call: Call, id: string, em: SqlEntityManager): Promise<Aggregate> {
  const where = { $and: [{ id, deletedAt: null }, visibleOrders(call)] } as FilterQuery<OrderRow>;
  const order = await em.findOne(OrderEntity, where, { lockMode: LockMode.PESSIMISTIC_WRITE });
  if (!order) throw notFound(id);
  requireStaffPermission(order, call, 'write');
  await requireNoSubmit(em, id);
  return aggregateOf(em, order);
}

/** Refuses while a submit of the order is under way. */
export async function requireNoSubmit(em: SqlEntityManager, id: string): Promise<void> {
  const [submit] = await em.execute<unknown[]>('select 1 from submit_sagas where order_id = ?', [id]);
  if (submit)
    throw stateConflict('submit_in_progress', 'This basket is being submitted at this moment. Please try again.');
}

/** Like `lockOrder`, for work that is nobody's request. */
export async function lockOrderById(em: SqlEntityManager, id: string): Promise<Aggregate> {
  const order = await em.findOneOrFail(OrderEntity, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE });
  return aggregateOf(em, order);
}

/** Loads what belongs to an order. */
export async function aggregateOf(em: SqlEntityManager, order: OrderRow): Promise<Aggregate> {
  const [aggregate] = await aggregatesOf(em, [order]);
  return aggregate ?? { order, items: [], packages: [], guests: [], payments: [], notes: [] };
}

/** Loads what belongs to several orders, in five queries however many they are. */
export async function aggregatesOf(em: SqlEntityManager, orders: readonly OrderRow[]): Promise<Aggregate[]> {
  const where = { orderId: { $in: orders.map(({ id }) => id) }, deletedAt: null };
  const items = await em.find(OrderItemEntity, where, { orderBy: { position: 'asc', id: 'asc' } });
  const packages = await em.find(OrderPackageEntity, where, { orderBy: { position: 'asc', id: 'asc' } });
  const guests = await em.find(OrderGuestEntity, where, { orderBy: { position: 'asc', id: 'asc' } });
  const payments = await em.find(OrderPaymentEntity, where, { orderBy: { createdAt: 'asc', id: 'asc' } });
  const notes = await em.find(OrderNoteEntity, where, { orderBy: { createdAt: 'desc', id: 'desc' } });
  return orders.map((order) => {
    const isOurs = (part: { orderId: string }): boolean => part.orderId === order.id;
    return {
      order,
      items: items.filter(isOurs),
      packages: packages.filter(isOurs),
      guests: guests.filter(isOurs),
      payments: payments.filter(isOurs),
      notes: notes.filter(isOurs),
    };
  });
}

/** The time zone of an order's site; the site became known when the order was made. */
export async function zoneOf(em: SqlEntityManager, { siteId }: Pick<OrderRow, 'siteId'>): Promise<string> {
  const zones = await zonesOf(em, [siteId]);
  return zones.get(siteId) ?? 'UTC';
}

/** Saves an order with the columns its filters need, tells of the change, and answers the site's time zone. */
export async function saveOrder(aggregate: Aggregate, kind: ChangeKind, writer: Writer): Promise<string> {
  const { order } = aggregate;
  const money = moneyOf(aggregate);
  order.totalMinor = money.totals.totalMinor;
  order.unpaidMinor = money.payments.unpaidMinor;
  order.revenueDate = revenueDateOf(aggregate);
  for (const line of livePackages(aggregate)) line.date = packageDate(aggregate, line);
  order.updatedAt = new Date(writer.nowMs);
  order.updatedBy = writer.actor;
  await writer.em.flush();
  const zone = await zoneOf(writer.em, order);
  await writer.emit({
    aggregateId: order.id,
    organisationId: order.organisationId,
    siteId: order.siteId,
    ...told(aggregate, kind, { zone, nowMs: writer.nowMs }),
  });
  return zone;
}

/** The short reference of a site's next order. */
export async function nextOrderRef(em: SqlEntityManager, siteId: string): Promise<string> {
  const [row] = await em.execute<{ last_number: string }[]>(
    `insert into order_refs (site_id, last_number) values (?, 1)
     on conflict (site_id) do update set last_number = order_refs.last_number + 1 returning last_number`,
    [siteId],
  );
  return `LID${(row?.last_number ?? '0').padStart(5, '0')}`;
}

/** The orders a caller can see at all: staff those of their sites, guests and partners those of their own. */
export function visibleOrders({ principal, actor }: Pick<Call, 'principal' | 'actor'>): FilterQuery<OrderRow> {
  const { organisationId } = principal;
  switch (principal.kind) {
    case 'KIND_SERVICE':
      return { organisationId };
    case 'KIND_STAFF':
      return { organisationId, siteId: { $in: visibleSites(principal) ?? [] } };
    case 'KIND_CUSTOMER':
      return { organisationId, $or: [{ customerId: principal.id }, { createdBy: actor }] };
    case 'KIND_PARTNER':
      return { organisationId, createdBy: actor };
    case 'KIND_DEVICE':
    case 'KIND_PUBLIC':
    case 'KIND_UNSPECIFIED':
      return { id: { $in: [] } };
  }
}

/** Permissions are what staff hold at sites; everybody else has come this far by owning the order. */
function requireStaffPermission(order: OrderRow, call: Call, use: 'read' | 'write'): void {
  if (call.principal.kind === 'KIND_STAFF') requirePermission(siteScope<OrderRow>(), order, call, use);
}

/** A basket tells the same state as an order: those who follow it need not learn two forms of one thing. */
function told(
  aggregate: Aggregate,
  kind: ChangeKind,
  view: { zone: string; nowMs: number },
): Pick<OutgoingEvent, 'type' | 'payload'> {
  const isBasket = kind === 'saved' && aggregate.order.status === 'ORDER_STATUS_IN_PROGRESS';
  return {
    type: isBasket ? 'lido.orders.basket.saved' : changeTypes[kind],
    payload: Order.encode(toOrder(aggregate, view)).finish(),
  };
}

const changeTypes = {
  saved: 'lido.orders.order.saved',
  submitted: 'lido.orders.order.submitted',
  cancelled: 'lido.orders.order.cancelled',
  payment_recorded: 'lido.orders.payment.recorded',
} as const satisfies Record<ChangeKind, OutgoingEvent['type']>;
