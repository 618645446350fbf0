import { Migration } from '@mikro-orm/migrations';
import { baseColumns } from '@lido/runtime/db/base.ts';

/** Lines of packages, and which items are chosen in them. */
export class PackagesMigration extends Migration {
  override up(): void {
    for (const statement of [lines, chosen]) this.addSql(statement);
  }
}

const lines = `
create table order_packages (
  ${baseColumns},
  order_id varchar(64) not null references orders (id),
  position int not null,
  status varchar(40) not null,
  offering_id varchar(64) not null,
  offering_name text not null,
  product_code varchar(200),
  revenue_centre varchar(200),
  date date not null,
  quantity int not null,
  guest_ids text[] not null default '{}',
  item_configuration jsonb not null default '{}',
  choices jsonb not null default '[]',
  price_minor bigint not null check (price_minor >= 0),
  discount_minor bigint not null default 0 check (discount_minor between 0 and price_minor),
  tax_percent double precision not null default 0,
  added_by_customer boolean not null
);
create index order_packages_order on order_packages (order_id);
create index order_packages_offering on order_packages (offering_id);`;

const chosen = `
alter table order_items
  add column package_line_id varchar(64) references order_packages (id),
  add column package_choice_id varchar(64),
  add column package_option_id varchar(64),
  add column package_price_change_minor bigint not null default 0;`;
