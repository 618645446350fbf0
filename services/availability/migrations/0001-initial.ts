import { Migration } from '@mikro-orm/migrations';
import { baseColumns } from '@lido/runtime/db/base.ts';
import { offeringColumns } from '../src/offerings/offering.entity.ts';

/** Resources, offerings with their rules, sessions, and the claims that hold them. */
export class Initial extends Migration {
  override up(): void {
    for (const statement of ['create extension if not exists btree_gist', resources, offerings, sessions, claims]) {
      this.addSql(statement);
    }
  }
}

const resources = `
create table rooms (${baseColumns},
  site_id varchar(64) not null,
  name varchar(120) not null,
  capacity int not null check (capacity > 0),
  suitable_for_tags text[] not null,
  tag_ids text[] not null);
create index rooms_site on rooms (site_id);
create table equipment (${baseColumns},
  site_id varchar(64) not null,
  name varchar(120) not null,
  quantity int not null check (quantity > 0));
create index equipment_site on equipment (site_id);
create table practitioners (${baseColumns},
  site_ids text[] not null check (cardinality(site_ids) > 0),
  name varchar(120) not null,
  avatar_id varchar(64),
  tag_ids text[] not null,
  can_offer_tags text[] not null,
  gender varchar(64),
  user_id varchar(64),
  scheduling_week_interval_start varchar(10),
  scheduling_week_interval int);
create index practitioners_sites on practitioners using gin (site_ids);
create table practitioner_rotas (${baseColumns},
  practitioner_id varchar(64) not null references practitioners (id),
  site_ids text[] not null,
  start_date varchar(10),
  end_date varchar(10),
  scheduling_week_interval int not null check (scheduling_week_interval > 0),
  availability_rules jsonb not null);
create index practitioner_rotas_practitioner on practitioner_rotas (practitioner_id);`;

const offerings = `
create table appointment_types (${baseColumns},
  ${offeringColumns},
  site_ids text[] not null check (cardinality(site_ids) > 0),
  practitioner_ids text[] not null,
  room_ids text[] not null,
  equipment_ids text[] not null,
  durations jsonb not null,
  start_time_interval int not null check (start_time_interval > 0),
  end_buffer int not null check (end_buffer >= 0),
  practitioners_per_guest double precision not null,
  allocate_multi_capacity_rooms boolean not null,
  enquiries_enabled boolean not null,
  tag_ids text[] not null,
  contraindications jsonb not null);
create index appointment_types_sites on appointment_types using gin (site_ids);
create table price_rules (${baseColumns},
  parent_id varchar(64) not null,
  date_from varchar(32), date_to varchar(32), weekdays text[] not null, time_from varchar(8), time_to varchar(8),
  duration int,
  price bigint not null check (price >= 0));
create index price_rules_parent on price_rules (parent_id);
create table availability_rules (${baseColumns},
  parent_id varchar(64) not null,
  date_from varchar(32), date_to varchar(32), weekdays text[] not null, time_from varchar(8), time_to varchar(8),
  weekday varchar(16),
  is_available boolean not null);
create index availability_rules_parent on availability_rules (parent_id);`;

const sessions = `
create table session_types (${baseColumns},
  ${offeringColumns},
  site_id varchar(64) not null,
  duration int not null check (duration > 0),
  max_baskets_per_session int,
  max_bookings_per_member int,
  waitlist_enabled boolean not null);
create index session_types_site on session_types (site_id);
create table sessions (${baseColumns},
  site_id varchar(64) not null,
  session_type_id varchar(64) not null references session_types (id),
  practitioner_id varchar(64),
  room_id varchar(64),
  start_time timestamptz not null,
  end_time timestamptz not null check (end_time > start_time),
  capacity int not null check (capacity > 0),
  max_baskets int);
create index sessions_type on sessions (session_type_id, start_time);
create index sessions_site on sessions (site_id, start_time);`;

const claims = `
create table bookings (
  id varchar(64) primary key,
  organisation_id varchar(64) not null,
  site_id varchar(64) not null,
  order_id varchar(64) not null,
  item_id varchar(64) not null unique,
  customer_id varchar(64),
  offering_type varchar(32) not null,
  offering_id varchar(64) not null,
  session_id varchar(64),
  starts_at timestamptz not null,
  ends_at timestamptz not null check (ends_at > starts_at),
  guests int not null check (guests > 0),
  status varchar(16) not null check (status in ('held', 'confirmed', 'released')),
  expires_at timestamptz,
  price_minor bigint not null,
  request jsonb not null,
  summary jsonb not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  check ((status = 'held') = (expires_at is not null))
);
create index bookings_order on bookings (order_id);
create index bookings_site_time on bookings (site_id, starts_at);
create index bookings_expiry on bookings (expires_at) where status = 'held';
create table claims (
  id bigint generated always as identity primary key,
  organisation_id varchar(64) not null,
  site_id varchar(64) not null,
  resource_id varchar(64) not null,
  unit int not null,
  during tstzrange not null check (not isempty(during)),
  kind varchar(16) not null,
  booking_id varchar(64),
  item_id varchar(64),
  expires_at timestamptz,
  active boolean not null default true,
  constraint claims_never_overlap exclude using gist (resource_id with =, unit with =, during with &&) where (active)
);
create index claims_booking on claims (booking_id) where active;
create index claims_expiry on claims (expires_at) where active and expires_at is not null;
create index claims_site on claims (site_id) where active;
create table session_seats (
  booking_id varchar(64) primary key references bookings (id),
  session_id varchar(64) not null references sessions (id),
  guests int not null check (guests > 0),
  order_id varchar(64) not null,
  expires_at timestamptz
);
create index session_seats_session on session_seats (session_id);
create table site_versions (site_id varchar(64) primary key, version bigint not null);
create table site_changes (
  site_id varchar(64) not null,
  version bigint not null,
  change jsonb not null,
  primary key (site_id, version)
);`;
