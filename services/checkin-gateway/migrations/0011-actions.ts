import { Migration } from '@mikro-orm/migrations';
import { baseColumns } from '@lido/runtime/db/base.ts';

/** Actions, codes, what binds them, and what has been fired and has not run yet. */
export class ActionsMigration extends Migration {
  override up(): void {
    for (const statement of [actions, bindings, codes, fired]) this.addSql(statement);
  }
}

const actions = `
create table actions (${baseColumns},
  name varchar(120) not null,
  description varchar(1000),
  trigger varchar(32) not null,
  url varchar(2000),
  event varchar(120),
  run varchar(32),
  input jsonb not null,
  continue_on_fail boolean not null,
  dedup_mode varchar(32) not null,
  owner_id varchar(64) not null,
  secret varchar(64) not null
);
create index actions_organisation on actions (organisation_id, name) where deleted_at is null;`;

const bindings = `
create table action_bindings (
  id varchar(64) primary key,
  seq bigint generated always as identity,
  organisation_id varchar(64) not null,
  action_id varchar(64) not null references actions (id),
  bound_to varchar(16) not null check (bound_to in ('bookable', 'code')),
  object_id varchar(64) not null,
  input jsonb not null,
  created_at timestamptz not null,
  unique (action_id, bound_to, object_id)
);
create index action_bindings_object on action_bindings (organisation_id, object_id);
create table action_claims (
  action_id varchar(64) not null references actions (id),
  subject_id varchar(64) not null,
  claimed_at timestamptz not null,
  primary key (action_id, subject_id)
);`;

const codes = `
create table codes (${baseColumns},
  value varchar(32) not null unique,
  name varchar(120) not null,
  description varchar(1000),
  data jsonb not null,
  expires_at timestamptz,
  owner_id varchar(64)
);`;

const fired = `
create table fired_triggers (
  seq bigint generated always as identity primary key,
  subject_id varchar(64) not null,
  occasion jsonb not null,
  fired_at timestamptz not null,
  attempts int not null default 0,
  runner uuid,
  held_until timestamptz not null,
  done_at timestamptz
);
create index fired_triggers_waiting on fired_triggers (subject_id, seq) where done_at is null;
create index fired_triggers_done on fired_triggers (done_at) where done_at is not null;
create table action_runs (
  trigger_seq bigint not null references fired_triggers (seq) on delete cascade,
  binding_id varchar(64) not null,
  status varchar(32) not null,
  message varchar(500),
  finished_at timestamptz not null,
  primary key (trigger_seq, binding_id)
);`;
