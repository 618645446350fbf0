import type { ListOrdersRequest, ListOrdersResponse } from '@lido/proto/lido/orders/v1/order.ts';
import { forbidden } from '@lido/runtime/errors/refusal.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import { may, mayAnywhere, visibleSites } from '@lido/runtime/grpc/principal.ts';
import { zonesOf } from '@lido/runtime/resource/load.ts';
import { pageOf } from '@lido/runtime/resource/list.ts';
import { requireSite } from '@lido/runtime/resource/scope.ts';
import { OrderEntity } from './order.entity.ts';
import { type Condition, orderConditions, textArray } from './order-filters.ts';
import { toOrder } from './order-message.ts';
import { aggregatesOf } from './order.repository.ts';

/** Lists the orders of the sites asked for, or of all where the caller may see reservations; newest first. */
export async function listOrders(request: ListOrdersRequest, call: Call): Promise<ListOrdersResponse> {
  const { page, perPage, offset } = pageOf(request);
  const conditions = [...scopeConditions(request.siteId, call), ...orderConditions(request)];
  const where = conditions.map(({ sql }) => sql).join(' and ');
  const params = conditions.flatMap((condition) => condition.params);
  const [counted] = await call.em.execute<{ total: string }[]>(
    `select count(*) as total from orders o where ${where}`,
    params,
  );
  const found = await call.em.execute<{ id: string }[]>(
    `select o.id from orders o where ${where} order by o.created_at desc, o.id desc limit ? offset ?`,
    [...params, perPage, offset],
  );
  const ids = found.map(({ id }) => id);
  const orders = await call.em.find(OrderEntity, { id: { $in: ids } }, { orderBy: { createdAt: 'desc', id: 'desc' } });
  const zones = await zonesOf(call.em, [...new Set(orders.map(({ siteId }) => siteId))]);
  const nowMs = call.clock.nowMs();
  const aggregates = await aggregatesOf(call.em, orders);
  const data = aggregates.map((aggregate) =>
    toOrder(aggregate, { zone: zones.get(aggregate.order.siteId) ?? 'UTC', nowMs }),
  );
  return { data, page: { page, perPage, total: Number(counted?.total ?? 0) } };
}

function scopeConditions(siteIds: readonly string[], call: Call): Condition[] {
  const { principal, access } = call;
  for (const siteId of siteIds) requireSite(call, siteId);
  if (!mayAnywhere(principal, access.permission)) throw forbidden(access.permission);
  const allowed =
    siteIds.length > 0 ? siteIds : visibleSites(principal)?.filter((id) => may(principal, access.permission, id));
  return [
    { sql: 'o.deleted_at is null and o.organisation_id = ?', params: [principal.organisationId] },
    ...(allowed ? [{ sql: 'o.site_id = any(?::text[])', params: [textArray(allowed)] }] : []),
  ];
}
