import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { newShopId } from '@lido/runtime/service/ids.ts';
import type { OrderRow } from '../orders/order.entity.ts';

/** Items whose time waits to be given back. */
export interface PendingRelease {
  id: string;
  orderId: string;
  organisationId: string;
  itemIds: string[];
  requestId: string;
}

/** Notes in the change's own transaction that items' time shall be given back, so that a crash can not lose it. */
export async function releaseLater(
  em: SqlEntityManager,
  order: OrderRow,
  itemIds: readonly string[],
  requestId: string,
): Promise<void> {
  if (itemIds.length === 0) return;
  await em.execute(
    `insert into pending_releases (id, order_id, organisation_id, item_ids, request_id, due_at)
     values (?, ?, ?, ?::text[], ?, lido_now())`,
    [newShopId(), order.id, order.organisationId, `{${itemIds.join(',')}}`, requestId],
    'run',
  );
}

/** Locks the release that has waited longest; other replicas pass over it. */
export async function nextRelease(em: SqlEntityManager): Promise<PendingRelease | undefined> {
  const [release] = await em.execute<PendingRelease[]>(
    `select id, order_id as "orderId", organisation_id as "organisationId", item_ids as "itemIds", request_id as "requestId"
     from pending_releases where due_at <= lido_now() order by due_at limit 1 for update skip locked`,
  );
  return release;
}

/** Takes a release that has been done off the list. */
export async function endRelease(em: SqlEntityManager, id: string): Promise<void> {
  await em.execute('delete from pending_releases where id = ?', [id], 'run');
}

/** Puts a release that failed off for a while. */
export async function postponeRelease(em: SqlEntityManager, id: string): Promise<void> {
  await em.execute(`update pending_releases set due_at = lido_now() + interval '5 seconds' where id = ?`, [id], 'run');
}
