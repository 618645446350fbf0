import type {
  ExportOrdersRequest,
  ExportOrdersResponse,
  OrderDirectoryServiceService,
} from '@lido/proto/lido/orders/internal/v1/order.ts';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { invalid } from '@lido/runtime/errors/refusal.ts';
import { exportLimit, exportRows } from '@lido/runtime/events/export.ts';
import type { Call, Handlers } from '@lido/runtime/grpc/call.ts';
import { zonesOf } from '@lido/runtime/resource/load.ts';
import { parseInstant } from '@lido/runtime/time/zone.ts';
import { OrderEntity, type OrderRow } from './order.entity.ts';
import type { Condition } from './order-filters.ts';
import { toOrder } from './order-message.ts';
import { aggregatesOf } from './order.repository.ts';

/** Orders are large and an answer may have 4 MB. */
const exportMax = 50;

/** What other services ask about orders, whoever their caller is. */
export const orderDirectoryHandlers = { exportOrders } satisfies Handlers<typeof OrderDirectoryServiceService>;

async function exportOrders(request: ExportOrdersRequest, call: Call): Promise<ExportOrdersResponse> {
  const conditions = conditionsOf(request);
  const exported = await exportRows(
    call,
    (em) => findPage(em, conditions, exportLimit(request.limit, exportMax)),
    async (em, orders) => {
      const zones = await zonesOf(em, [...new Set(orders.map(({ siteId }) => siteId))]);
      const aggregates = await aggregatesOf(em, orders);
      return aggregates.map((aggregate) =>
        toOrder(aggregate, { zone: zones.get(aggregate.order.siteId) ?? 'UTC', nowMs: call.clock.nowMs() }),
      );
    },
  );
  return { orders: exported.map(({ message, version }) => ({ order: message, version })) };
}

async function findPage(em: SqlEntityManager, conditions: readonly Condition[], limit: number): Promise<OrderRow[]> {
  const where = conditions.map(({ sql }) => sql).join(' and ');
  const params = conditions.flatMap((condition) => condition.params);
  const rows = await em.execute<{ id: string }[]>(
    `select o.id from orders o where o.deleted_at is null and ${where} order by o.id limit ?`,
    [...params, limit],
  );
  return em.find(OrderEntity, { id: { $in: rows.map(({ id }) => id) } }, { orderBy: { id: 'asc' } });
}

function conditionsOf({ afterId, endsAfter, customerId }: ExportOrdersRequest): Condition[] {
  const conditions: Condition[] = [{ sql: 'o.id > ?', params: [afterId] }];
  if (endsAfter != null) {
    const instantMs = parseInstant(endsAfter);
    if (instantMs === undefined) throw invalid({ ends_after: ['The ends_after must be an instant.'] });
    conditions.push({
      sql: `exists (select 1 from order_items i where i.order_id = o.id and i.deleted_at is null
              and i.start_time + make_interval(mins => i.duration_minutes) > ?)`,
      params: [new Date(instantMs)],
    });
  }
  if (customerId != null) {
    conditions.push({
      sql: `(o.customer_id = ? or o.id in
              (select g.order_id from order_guests g where g.customer_id = ? and g.deleted_at is null))`,
      params: [customerId, customerId],
    });
  }
  return conditions;
}
