import { Migration } from '@mikro-orm/migrations';

/** What calendar and lists show of orders and their customers, kept from their owners' events. */
export class OrderCards extends Migration {
  override up(): void {
    this.addSql(`
      create table order_cards (
        order_id varchar(64) primary key,
        organisation_id varchar(64) not null,
        site_id varchar(64) not null,
        version bigint not null,
        customer_id varchar(64),
        status varchar(40) not null,
        submitted_at timestamptz,
        card jsonb not null);
      create table known_customers (
        id varchar(64) primary key,
        organisation_id varchar(64) not null,
        customer jsonb not null);`);
  }
}
