import type {
  ExportedOrder,
  ExportOrdersRequest,
  ExportOrdersResponse,
  OrderDirectoryServiceService,
} from '@lido/proto/lido/orders/internal/v1/order.ts';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { Call, Handlers } from '@lido/runtime/grpc/call.ts';
import { zonesOf } from '@lido/runtime/resource/load.ts';
import { OrderEntity } from './order.entity.ts';
import { textArray } from './order-filters.ts';
import { toOrder } from './order-message.ts';
import { aggregatesOf } from './order.repository.ts';

/** Orders are large and an answer may have 4 MB. */
const exportMax = 50;

/** What other services ask about orders, whoever their caller is. */
export const orderDirectoryHandlers = { exportOrders } satisfies Handlers<typeof OrderDirectoryServiceService>;

/** Orders and their versions come from one snapshot: nobody sees an old order under a new version. */
function exportOrders({ afterId, limit }: ExportOrdersRequest, call: Call): Promise<ExportOrdersResponse> {
  const page = { afterId, limit: Math.min(Math.max(1, limit), exportMax), nowMs: call.clock.nowMs() };
  return call.em.transactional(async (em) => ({ orders: await exportPage(em, page) }), {
    isolationLevel: 'repeatable read' as never,
    readOnly: true,
  });
}

async function exportPage(
  em: SqlEntityManager,
  { afterId, limit, nowMs }: { afterId: string; limit: number; nowMs: number },
): Promise<ExportedOrder[]> {
  const options = { orderBy: { id: 'asc' }, limit } as const;
  const orders = await em.find(OrderEntity, { id: { $gt: afterId }, deletedAt: null }, options);
  const zones = await zonesOf(em, [...new Set(orders.map(({ siteId }) => siteId))]);
  const versions = await em.execute<{ id: string; version: string }[]>(
    'select aggregate_id as id, version from aggregate_versions where aggregate_id = any(?::text[])',
    [textArray(orders.map(({ id }) => id))],
  );
  const versionOf = new Map(versions.map(({ id, version }) => [id, Number(version)]));
  const aggregates = await aggregatesOf(em, orders);
  return aggregates.map((aggregate) => ({
    order: toOrder(aggregate, { zone: zones.get(aggregate.order.siteId) ?? 'UTC', nowMs }),
    version: versionOf.get(aggregate.order.id) ?? 0,
  }));
}
