import { Migration } from '@mikro-orm/migrations';
import { baseColumns } from '@lido/runtime/db/base.ts';

/** Time at which nothing can be booked, and what sites often block it for; practitioners come to belong to zones. */
export class BlockedTimes extends Migration {
  override up(): void {
    this.addSql(`
create table blocked_times (${baseColumns},
  site_id varchar(64) not null,
  practitioner_ids text[] not null,
  room_ids text[] not null,
  area_ids text[] not null,
  start_time timestamptz not null,
  end_time timestamptz not null check (end_time > start_time),
  type varchar(64) not null,
  label varchar(120),
  notes text,
  color varchar(32),
  recurrence_id varchar(64),
  recurrence jsonb,
  created_by_name varchar(200) not null);
create index blocked_times_site on blocked_times (site_id, end_time) where deleted_at is null;
create index blocked_times_recurrence on blocked_times (recurrence_id) where deleted_at is null;
create table blocked_time_presets (${baseColumns},
  site_id varchar(64) not null,
  name varchar(120) not null,
  duration int not null check (duration > 0),
  type varchar(64) not null,
  label varchar(120),
  colour varchar(32));
create index blocked_time_presets_site on blocked_time_presets (site_id);
alter table practitioners add column zone_ids text[] not null default '{}';`);
  }
}
