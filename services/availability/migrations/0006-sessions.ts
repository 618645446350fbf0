import { Migration } from '@mikro-orm/migrations';
import { baseColumns } from '@lido/runtime/db/base.ts';

/** Timetables of sessions, who came to them, and what is a session's own beside its type. */
export class Sessions extends Migration {
  override up(): void {
    for (const statement of [recurrenceGroups, sessions, bookings]) this.addSql(statement);
  }
}

const recurrenceGroups = `
create table recurrence_groups (${baseColumns},
  site_id varchar(64) not null,
  session_type_id varchar(64) not null references session_types (id),
  name varchar(200),
  practitioner_id varchar(64),
  room_id varchar(64),
  weekdays text[] not null check (cardinality(weekdays) > 0),
  start_times jsonb not null,
  capacity int not null check (capacity > 0),
  recurrence_start varchar(10) not null,
  recurrence_end varchar(10),
  generated_until varchar(10) not null,
  check (recurrence_end >= recurrence_start));
create index recurrence_groups_type on recurrence_groups (session_type_id);
create index recurrence_groups_due on recurrence_groups (generated_until) where deleted_at is null;`;

const sessions = `
alter table sessions
  add column recurrence_group_id varchar(64) references recurrence_groups (id),
  add column waitlist_enabled boolean;
create index sessions_recurrence_group on sessions (recurrence_group_id, start_time);`;

const bookings = `
alter table bookings
  add column checked_in_at timestamptz,
  add column checked_out_at timestamptz,
  add column no_show_at timestamptz,
  add column cancelled_at timestamptz;
create index bookings_session on bookings (session_id) where session_id is not null;`;
