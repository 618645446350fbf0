import { Migration } from '@mikro-orm/migrations';
import { baseColumns } from '@lido/runtime/db/base.ts';

/** Organisations with their brands and sites, staff and tokens, and customers with what they carry. */
export class CustomersMigration extends Migration {
  override up(): void {
    for (const statement of [tenants, staff, customers, media, attached]) this.addSql(statement);
  }
}

const tenants = `
create table organisations (${baseColumns}, name varchar(120) not null);
create table brands (${baseColumns}, name varchar(120) not null);
create index brands_of_organisation on brands (organisation_id);
create table sites (${baseColumns},
  brand_id varchar(64) not null references brands (id),
  name varchar(120) not null,
  timezone varchar(64) not null,
  currency varchar(3) not null,
  locale varchar(16),
  hold_minutes int,
  opening_hours jsonb not null,
  opening_exceptions jsonb not null
);
create index sites_of_organisation on sites (organisation_id, brand_id);`;

const staff = `
create table users (${baseColumns},
  name varchar(120) not null,
  email varchar(254) not null,
  is_owner boolean not null,
  grants jsonb not null
);
create unique index users_email on users (organisation_id, email) where deleted_at is null;
create table access_tokens (${baseColumns},
  kind varchar(32) not null,
  holder_id varchar(64) not null,
  name varchar(120) not null,
  token_hash varchar(64) not null,
  is_bootstrap boolean not null,
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz
);
create unique index access_tokens_hash on access_tokens (token_hash);
create index access_tokens_of_holder on access_tokens (holder_id);`;

const customers = `
create table customers (${baseColumns},
  brand_id varchar(64) not null references brands (id),
  site_id varchar(64),
  first_name varchar(120),
  last_name varchar(120),
  full_name varchar(241),
  phone varchar(32),
  email varchar(254),
  dob date,
  password_hash varchar(255),
  external_ref varchar(120),
  guestline_ref varchar(120),
  preferred_locale varchar(16) not null,
  label_ids varchar(64)[] not null,
  preference_ids varchar(64)[] not null,
  last_check_in jsonb,
  locked_at timestamptz,
  email_verified_at timestamptz,
  last_active_at timestamptz
);
create unique index customers_email on customers (brand_id, email) where deleted_at is null;
create index customers_by_name on customers (brand_id, full_name, id);`;

const media = `
create table media (${baseColumns},
  customer_id varchar(64) not null references customers (id),
  kind varchar(32) not null,
  value varchar(200) not null
);
create unique index media_value on media (organisation_id, value) where deleted_at is null;
create index media_of_customer on media (customer_id);`;

const attached = `
create table labels (${baseColumns}, value varchar(20) not null, colour varchar(6) not null);
create index labels_of_organisation on labels (organisation_id);
create table marketing_preferences (${baseColumns}, text text not null, site_id varchar(64));
create index marketing_preferences_of_organisation on marketing_preferences (organisation_id);
create table customer_addresses (${baseColumns},
  parent_id varchar(64) not null references customers (id),
  name varchar(120) not null,
  address_line_1 varchar(200) not null,
  address_line_2 varchar(200),
  city varchar(120),
  county varchar(120),
  country varchar(120),
  postcode varchar(32)
);
create index customer_addresses_of_customer on customer_addresses (parent_id);
create table customer_notes (${baseColumns},
  parent_id varchar(64) not null references customers (id),
  note text not null
);
create index customer_notes_of_customer on customer_notes (parent_id);
create table contraindications (${baseColumns}, name varchar(120) not null, description text);
create index contraindications_of_organisation on contraindications (organisation_id);
create table customer_contraindications (${baseColumns},
  customer_id varchar(64) not null references customers (id),
  contraindication_id varchar(64) not null references contraindications (id),
  unique (customer_id, contraindication_id)
);
create table known_memberships (
  id varchar(64) primary key,
  customer_ids varchar(64)[] not null,
  membership_numbers varchar(16)[] not null,
  membership_type_id varchar(64) not null,
  membership_rate_id varchar(64) not null,
  status varchar(32) not null,
  end_date date,
  created_at timestamptz not null
);
create index known_memberships_customers on known_memberships using gin (customer_ids);`;
