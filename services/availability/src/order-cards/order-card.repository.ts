import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { OrderDirectoryServiceService } from '@lido/proto/lido/orders/internal/v1/order.ts';
import type { Order } from '@lido/proto/lido/orders/v1/order.ts';
import type { Database } from '@lido/runtime/db/database.ts';
import { rebuildProjection } from '@lido/runtime/events/rebuild.ts';
import type { Caller, Peer } from '@lido/runtime/grpc/client.ts';
import { textArray } from '../claims/claim.repository.ts';
import { type CardCustomer, cardOf, type KeptCard, type OrderCard, withCustomer } from './order-card.ts';

/** The cards of orders by order id, in one query however many they are. An order that has not been heard of has none. */
export async function orderCards(em: SqlEntityManager, orderIds: readonly string[]): Promise<Map<string, OrderCard>> {
  if (orderIds.length === 0) return new Map();
  const rows = await em.execute<{ card: KeptCard; customer: CardCustomer | null }[]>(
    `select o.card, c.customer from order_cards o left join known_customers c on c.id = o.customer_id
     where o.order_id = any (${textArray})`,
    [JSON.stringify([...new Set(orderIds)])],
  );
  return new Map(rows.map(({ card, customer }) => [card.orderId, withCustomer(card, customer)]));
}

/** The customer of an organisation's order: as its card says, else, where that has not been heard of, as its last booking does. */
export async function customerOf(
  em: SqlEntityManager,
  { orderId, organisationId }: { orderId: string; organisationId: string },
): Promise<string | null> {
  const [row] = await em.execute<{ id: string | null }[]>(
    `select coalesce(
       (select customer_id from order_cards where order_id = ? and organisation_id = ?),
       (select customer_id from bookings where order_id = ? and organisation_id = ? and customer_id is not null
        order by updated_at desc limit 1)) as id`,
    [orderId, organisationId, orderId, organisationId],
  );
  return row?.id ?? null;
}

/** Keeps an order's card with its items, unless a newer one is there. */
export async function keepOrderCard(em: SqlEntityManager, order: Order, version: number): Promise<void> {
  const card = cardOf(order);
  await em.execute(
    `with kept as (
       insert into order_cards (order_id, organisation_id, site_id, version, customer_id, status, submitted_at, card)
       values (?, ?, ?, ?, ?, ?, ?::timestamptz, ?::jsonb)
       on conflict (order_id) do update set version = excluded.version, customer_id = excluded.customer_id,
         status = excluded.status, submitted_at = excluded.submitted_at, card = excluded.card
       where order_cards.version <= excluded.version
       returning order_id, card->'items' as items),
     items as (
       select i.*, kept.order_id from kept,
         jsonb_to_recordset(kept.items) i(id varchar, status varchar, "totalCost" bigint, "netTotal" bigint)),
     gone as (
       delete from order_card_items where order_id in (select order_id from kept) and item_id not in (select id from items))
     insert into order_card_items (item_id, order_id, status, total_minor, net_minor)
     select id, order_id, status, "totalCost", "netTotal" from items
     on conflict (item_id) do update set status = excluded.status, total_minor = excluded.total_minor,
       net_minor = excluded.net_minor`,
    [
      ...[card.orderId, card.organisationId, card.siteId, version, card.customerId, card.status, card.submittedAt],
      JSON.stringify(card),
    ],
    'run',
  );
}

const exportPage = 50;

/** Fills the cards anew from orders; answers how many there are. Events that come meanwhile win. */
export function rebuildOrderCards(
  db: Pick<Database, 'fork'>,
  directory: Peer<typeof OrderDirectoryServiceService>,
  caller: Caller,
): Promise<number> {
  return rebuildProjection(
    async (afterId) => {
      const { orders } = await directory.exportOrders({ afterId, limit: exportPage }, caller);
      return { rows: orders, next: orders.length < exportPage ? undefined : orders.at(-1)?.order?.id };
    },
    async (rows) => {
      for (const { order, version } of rows) if (order) await keepOrderCard(db.fork(), order, version);
    },
  );
}
