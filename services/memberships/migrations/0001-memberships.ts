import { Migration } from '@mikro-orm/migrations';
import { baseColumns } from '@lido/runtime/db/base.ts';

/** Membership types with their rates, memberships with their members, and the customers this service knows. */
export class MembershipsMigration extends Migration {
  override up(): void {
    for (const statement of [types, memberships, knownCustomers]) this.addSql(statement);
  }
}

const types = `
create table membership_types (${baseColumns},
  brand_id varchar(64) not null,
  name varchar(120) not null,
  description text,
  terms text,
  offline_payments boolean not null,
  disable_confirmation_email boolean not null,
  default_duration varchar(32) not null,
  minimum_start_date date,
  visibility varchar(32) not null,
  min_members int not null,
  max_members int not null,
  revenue_schedule varchar(255),
  sort_order int not null
);
create index membership_types_of_brand on membership_types (organisation_id, brand_id, sort_order);
create table membership_rates (${baseColumns},
  membership_type_id varchar(64) not null references membership_types (id),
  name varchar(120) not null,
  currency varchar(3) not null,
  price bigint not null check (price >= 0),
  joining_fee bigint not null check (joining_fee >= 0),
  billing_frequency varchar(32) not null,
  processors text[] not null,
  default_duration varchar(32),
  private boolean not null
);
create index membership_rates_of_type on membership_rates (membership_type_id);`;

const memberships = `
create table memberships (${baseColumns},
  site_id varchar(64) not null,
  membership_type_id varchar(64) not null references membership_types (id),
  membership_rate_id varchar(64) not null references membership_rates (id),
  stage varchar(16) not null,
  attention_reason varchar(64),
  source varchar(64) not null,
  start_date date not null,
  end_date date,
  next_billing_date date,
  payment_method jsonb,
  basket_id varchar(64),
  external_ref varchar(120),
  intake_form_required boolean not null,
  cancelled_at timestamptz,
  check (end_date is null or end_date >= start_date)
);
create index memberships_of_site on memberships (organisation_id, site_id, created_at);
create table membership_members (${baseColumns},
  membership_id varchar(64) not null references memberships (id),
  customer_id varchar(64) not null,
  membership_number varchar(10) not null,
  is_lead boolean not null
);
create unique index membership_members_number on membership_members (organisation_id, membership_number);
create unique index membership_members_customer on membership_members (membership_id, customer_id) where deleted_at is null;
create index membership_members_of_customer on membership_members (customer_id);`;

const knownCustomers = `
create table known_customers (
  id varchar(64) primary key,
  organisation_id varchar(64) not null,
  version bigint not null,
  customer jsonb not null
);`;
