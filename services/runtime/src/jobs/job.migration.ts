import { Migration } from '@mikro-orm/migrations';

/** Work in the background with its results, in pieces, so that any replica can run it and serve what it made. */
export class JobMigration extends Migration {
  override up(): void {
    this.addSql(`
create table jobs (
  id varchar(64) primary key,
  organisation_id varchar(64) not null,
  site_ids jsonb not null,
  type varchar(64) not null,
  params jsonb not null,
  principal bytea not null,
  access jsonb not null,
  request_id varchar(64) not null,
  status varchar(16) not null check (status in ('queued', 'running', 'done', 'failed')),
  progress int not null default 0 check (progress between 0 and 100),
  attempts int not null default 0,
  runner uuid,
  held_until timestamptz not null,
  error text,
  created_at timestamptz not null,
  created_by varchar(128) not null,
  started_at timestamptz,
  finished_at timestamptz,
  expires_at timestamptz not null,
  check ((status = 'running') = (runner is not null))
);
create index jobs_waiting on jobs (created_at, id) where status in ('queued', 'running');
create index jobs_organisation on jobs (organisation_id) where status in ('queued', 'running');
create index jobs_age on jobs (expires_at);
create table job_chunks (
  job_id varchar(64) not null references jobs (id) on delete cascade,
  number int not null,
  content bytea not null,
  primary key (job_id, number)
);`);
  }
}
