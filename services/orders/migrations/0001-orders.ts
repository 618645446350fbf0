import { Migration } from '@mikro-orm/migrations';
import { baseColumns } from '@lido/runtime/db/base.ts';

/** Orders (a basket is one that was never submitted) with their items, guests and payments, and work under way. */
export class OrdersMigration extends Migration {
  override up(): void {
    for (const statement of [orders, items, guests, payments, notes, submits, releases]) this.addSql(statement);
  }
}

const orders = `
create table orders (
  ${baseColumns},
  site_id varchar(64) not null,
  order_ref varchar(16) not null,
  status varchar(40) not null,
  stage varchar(40) not null,
  currency varchar(3) not null,
  sales_channel_id varchar(64),
  customer_id varchar(64),
  first_name varchar(240),
  last_name varchar(240),
  email varchar(320),
  phone varchar(64),
  special_requests text,
  external_ref varchar(240),
  integration_config_id varchar(64),
  label_ids text[] not null default '{}',
  total_minor bigint not null default 0,
  unpaid_minor bigint not null default 0,
  revenue_date date,
  locked_at timestamptz,
  submitted_at timestamptz,
  submitted_by_id varchar(128),
  cancelled_at timestamptz,
  settled_at timestamptz
);
create unique index orders_ref on orders (site_id, order_ref) where deleted_at is null;
create index orders_newest on orders (organisation_id, site_id, created_at desc);
create index orders_customer on orders (customer_id) where customer_id is not null;
create table order_refs (site_id varchar(64) primary key, last_number bigint not null);`;

const items = `
create table order_items (
  ${baseColumns},
  order_id varchar(64) not null references orders (id),
  position int not null,
  status varchar(40) not null,
  offering_type varchar(40) not null,
  offering_id varchar(64) not null,
  offering_name text not null,
  product_code varchar(120),
  revenue_centre varchar(120),
  start_time timestamptz not null,
  date date not null,
  duration_minutes int not null,
  quantity int not null,
  guest_ids text[] not null default '{}',
  practitioner_ids text[] not null default '{}',
  room_id varchar(64),
  session_id varchar(64),
  item_configuration jsonb not null default '{}',
  price_minor bigint not null check (price_minor >= 0),
  discount_minor bigint not null default 0 check (discount_minor between 0 and price_minor),
  tax_percent double precision not null default 0,
  booking_summary jsonb not null,
  reserved_until timestamptz,
  added_by_customer boolean not null
);
create index order_items_order on order_items (order_id);
create index order_items_offering on order_items (offering_id);
create index order_items_date on order_items (organisation_id, date);`;

const guests = `
create table order_guests (
  ${baseColumns},
  order_id varchar(64) not null references orders (id),
  position int not null,
  first_name varchar(240),
  last_name varchar(240),
  is_lead_booker boolean not null,
  customer_id varchar(64),
  intake_form_submission_id varchar(64),
  intake_form_complete boolean not null default false,
  intake_form_submitted_at timestamptz
);
create index order_guests_order on order_guests (order_id);`;

const payments = `
create table order_payments (
  ${baseColumns},
  order_id varchar(64) not null references orders (id),
  processor varchar(40) not null,
  capture_method varchar(40) not null,
  amount_minor bigint not null check (amount_minor > 0),
  currency varchar(3) not null,
  status varchar(60) not null,
  details_source varchar(120),
  processor_data jsonb not null default '{}',
  authorisation_key varchar(160),
  failure_reason text,
  paid_at timestamptz
);
create index order_payments_order on order_payments (order_id);
create unique index order_payments_authorisation on order_payments (authorisation_key) where authorisation_key is not null;`;

const notes = `
create table order_notes (
  ${baseColumns},
  order_id varchar(64) not null references orders (id),
  content text not null,
  author_id varchar(64) not null,
  author_name text not null
);
create index order_notes_order on order_notes (order_id);`;

/** One row per submit under way. While it stands nobody else may change the order; it goes when the submit has ended. */
const submits = `
create table submit_sagas (
  order_id varchar(64) primary key references orders (id),
  organisation_id varchar(64) not null,
  token uuid not null,
  stage varchar(16) not null check (stage in ('submitting', 'confirming')),
  skip_rules boolean not null,
  actor varchar(128) not null,
  request_id varchar(64) not null,
  leased_until timestamptz not null
);
create index submit_sagas_lapsed on submit_sagas (leased_until);`;

/** Items whose time has to be given back. A row goes when availability has answered. */
const releases = `
create table pending_releases (
  id varchar(64) primary key,
  order_id varchar(64) not null references orders (id),
  organisation_id varchar(64) not null,
  item_ids text[] not null,
  request_id varchar(64) not null,
  due_at timestamptz not null
);
create index pending_releases_due on pending_releases (due_at);`;
