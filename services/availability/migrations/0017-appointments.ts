import { Migration } from '@mikro-orm/migrations';

/** The items of the orders' cards as rows, so that lists can add up what appointments cost, and orders by their submit. */
export class Appointments extends Migration {
  override up(): void {
    this.addSql(`
      create table order_card_items (
        item_id varchar(64) primary key,
        order_id varchar(64) not null references order_cards (order_id),
        status varchar(40) not null,
        total_minor bigint not null,
        net_minor bigint not null);
      create index order_card_items_order on order_card_items (order_id);
      insert into order_card_items (item_id, order_id, status, total_minor, net_minor)
        select i.id, o.order_id, i.status, i."totalCost", i."netTotal" from order_cards o,
          jsonb_to_recordset(o.card->'items') i(id varchar, status varchar, "totalCost" bigint, "netTotal" bigint);
      create index order_cards_submitted on order_cards (site_id, submitted_at);`);
  }
}
