import { Migration } from '@mikro-orm/migrations';

/** Which bookables are booked when and by whom, for the activity log and for arrivals. */
export class BookedItemsMigration extends Migration {
  override up(): void {
    this.addSql(`
create table booked_items (
  item_id varchar(64) primary key,
  order_id varchar(64) not null,
  organisation_id varchar(64) not null,
  site_id varchar(64) not null,
  customer_ids text[] not null,
  bookable_ids text[] not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null
);
create index booked_items_order on booked_items (order_id);
create index booked_items_bookables on booked_items using gin (bookable_ids);
create index booked_items_customers on booked_items using gin (customer_ids);`);
  }
}
