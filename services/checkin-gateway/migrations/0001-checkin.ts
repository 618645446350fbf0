import { Migration } from '@mikro-orm/migrations';
import { baseColumns } from '@lido/runtime/db/base.ts';

/** Devices and their tokens, taps and what became of them, visits, and the facts of other services that decide at the door. */
export class CheckinMigration extends Migration {
  override up(): void {
    for (const statement of [devices, visits, taps, attempts, customers, memberships, bookings, sources]) {
      this.addSql(statement);
    }
  }
}

const devices = `
create table devices (${baseColumns},
  site_id varchar(64) not null,
  name varchar(120) not null,
  kind varchar(32) not null,
  serial_number varchar(64) not null,
  direction varchar(32) not null,
  medium_format varchar(32) not null,
  uid_bytes int not null,
  offline_policy varchar(32) not null,
  relay_id int not null,
  unlock_ms int not null,
  enabled boolean not null,
  online boolean not null default false,
  last_seen_at timestamptz,
  lag_ms int,
  relays_on int[] not null default '{}'
);
create index devices_site on devices (organisation_id, site_id);
create unique index devices_serial on devices (organisation_id, kind, serial_number) where deleted_at is null;
create table device_tokens (
  id bigint generated always as identity primary key,
  device_id varchar(64) not null references devices (id),
  token_hash varchar(64) not null unique,
  created_at timestamptz not null
);
create index device_tokens_device on device_tokens (device_id);`;

// The partial unique index is the backstop of "one open visit for each customer"; the lock in code comes first.
const visits = `
create table visits (${baseColumns},
  site_id varchar(64) not null,
  customer_id varchar(64) not null,
  membership_id varchar(64),
  method_type varchar(32),
  method_id varchar(64) not null,
  method_name varchar(120) not null,
  checked_in_at timestamptz not null,
  checked_out_at timestamptz,
  closed_by varchar(16)
);
create unique index visits_open on visits (organisation_id, customer_id) where checked_out_at is null and deleted_at is null;
create index visits_open_age on visits (checked_in_at) where checked_out_at is null;
create index visits_site_time on visits (organisation_id, site_id, checked_in_at desc);
create index visits_customer_time on visits (organisation_id, customer_id, checked_in_at desc);`;

const taps = `
create table taps (
  device_id varchar(64) not null,
  event_id varchar(64) not null,
  organisation_id varchar(64) not null,
  site_id varchar(64) not null,
  reader_ref varchar(64),
  occurred_at timestamptz not null,
  received_at timestamptz not null,
  clock_source varchar(8) not null,
  origin varchar(8) not null,
  medium_kind varchar(16) not null,
  medium_value varchar(200),
  customer_id varchar(64),
  duplicate_of varchar(64),
  decision jsonb,
  passed boolean,
  passed_at timestamptz,
  primary key (device_id, event_id)
);
create index taps_medium on taps (device_id, medium_value, occurred_at desc);`;

const attempts = `
create table attempts (
  device_id varchar(64) not null,
  event_id varchar(64) not null,
  organisation_id varchar(64) not null,
  site_id varchar(64) not null,
  customer_id varchar(64),
  reason varchar(32) not null,
  occurred_at timestamptz not null,
  primary key (device_id, event_id)
);
create index attempts_site_time on attempts (organisation_id, site_id, occurred_at desc);`;

const customers = `
create table known_customers (
  id varchar(64) primary key,
  organisation_id varchar(64) not null,
  brand_id varchar(64) not null,
  first_name text,
  last_name text,
  full_name text,
  email text,
  access_blocked_at timestamptz,
  erased_at timestamptz
);
create table known_media (
  id varchar(64) primary key,
  organisation_id varchar(64) not null,
  customer_id varchar(64) not null,
  kind varchar(32) not null,
  value varchar(200) not null,
  blocked_at timestamptz
);
create index known_media_value on known_media (organisation_id, value);`;

const memberships = `
create table known_memberships (
  id varchar(64) not null,
  customer_id varchar(64) not null,
  organisation_id varchar(64) not null,
  site_id varchar(64) not null,
  status varchar(32) not null,
  attention_reason varchar(64),
  start_date varchar(10) not null,
  end_date varchar(10),
  primary key (id, customer_id)
);
create index known_memberships_customer on known_memberships (organisation_id, customer_id);`;

const bookings = `
create table known_bookings (
  id varchar(130) primary key,
  order_id varchar(64) not null,
  organisation_id varchar(64) not null,
  customer_id varchar(64) not null,
  site_id varchar(64) not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null
);
create index known_bookings_order on known_bookings (order_id);
create index known_bookings_customer on known_bookings (organisation_id, customer_id, ends_at);`;

const sources = `
create table projection_sources (
  source varchar(32) primary key,
  lag_ms int not null,
  received_at timestamptz not null
);`;
