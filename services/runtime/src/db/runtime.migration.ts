import { Migration } from '@mikro-orm/migrations';

/** What every service's database holds beside its own tables: time, events out and in, idempotency and known sites. */
export class RuntimeMigration extends Migration {
  override up(): void {
    for (const statement of [time, outbox, inbox, idempotency, sites]) this.addSql(statement);
  }
}

const time = `
create table lido_clock (only_row boolean primary key default true check (only_row), shift interval not null);
insert into lido_clock (shift) values (interval '0');
create function lido_now() returns timestamptz language sql volatile as
  $$ select clock_timestamp() + shift from lido_clock $$;`;

const outbox = `
create table aggregate_versions (aggregate_id varchar(128) primary key, version bigint not null);
create table outbox (
  seq bigint generated always as identity primary key,
  id uuid not null unique,
  type varchar(128) not null,
  aggregate_id varchar(128) not null,
  version bigint not null,
  organisation_id varchar(64) not null,
  site_id varchar(64),
  actor varchar(128) not null,
  occurred_at timestamptz not null,
  request_id varchar(64) not null,
  traceparent varchar(64) not null,
  payload bytea not null,
  published_at timestamptz,
  unique (aggregate_id, version)
);
create index outbox_unpublished on outbox (seq) where published_at is null;
create index outbox_published on outbox (published_at);`;

const inbox = `
create table inbox (
  consumer varchar(64) not null,
  event_id uuid not null,
  received_at timestamptz not null,
  primary key (consumer, event_id)
);
create table inbox_versions (
  consumer varchar(64) not null,
  aggregate_id varchar(128) not null,
  version bigint not null,
  primary key (consumer, aggregate_id)
);
create table dead_letters (
  consumer varchar(64) not null,
  event_id uuid not null,
  type varchar(128) not null,
  envelope bytea not null,
  error text not null,
  failed_at timestamptz not null,
  primary key (consumer, event_id)
);`;

const idempotency = `
create table idempotency_keys (
  principal varchar(128) not null,
  rpc varchar(128) not null,
  key varchar(255) not null,
  body_hash varchar(64) not null,
  answer bytea not null,
  created_at timestamptz not null,
  primary key (principal, rpc, key)
);
create index idempotency_keys_age on idempotency_keys (created_at);`;

const sites = `
create table known_sites (
  id varchar(64) primary key,
  organisation_id varchar(64) not null,
  version bigint not null,
  site jsonb not null
);`;
