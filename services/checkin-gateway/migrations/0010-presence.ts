import { Migration } from '@mikro-orm/migrations';
import { baseColumns } from '@lido/runtime/db/base.ts';

/** Check-ins at bookables and at stores, beside the visits that they begin and end. */
export class PresenceMigration extends Migration {
  override up(): void {
    this.addSql(bookableCheckins);
    this.addSql(storeCheckins);
  }
}

const bookableCheckins = `
create table bookable_checkins (${baseColumns},
  site_id varchar(64) not null,
  object_id varchar(64) not null,
  object_kind varchar(32) not null,
  object_name varchar(255) not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  check_in timestamptz,
  check_out timestamptz,
  type varchar(64),
  owner_id varchar(64),
  has_arrived boolean not null,
  has_left boolean not null,
  visit_id varchar(64),
  check (ends_at > starts_at),
  check (check_out >= check_in)
);
create index bookable_checkins_object on bookable_checkins (organisation_id, object_id, starts_at);
create table checkin_bookings (
  checkin_id varchar(64) primary key references bookable_checkins (id),
  booking_id varchar(64) not null,
  order_id varchar(64) not null
);
create index checkin_bookings_booking on checkin_bookings (booking_id);`;

const storeCheckins = `
create table store_checkins (${baseColumns},
  site_id varchar(64) not null,
  customer_id varchar(64) not null,
  data jsonb not null,
  ended_at timestamptz,
  visit_id varchar(64)
);
create index store_checkins_newest on store_checkins (organisation_id, site_id, created_at desc, id desc);
create index store_checkins_customer on store_checkins (organisation_id, customer_id, created_at desc);`;
