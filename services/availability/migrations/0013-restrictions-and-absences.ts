import { Migration } from '@mikro-orm/migrations';
import { baseColumns } from '@lido/runtime/db/base.ts';

/** What practitioners do not offer, and the times at which they work other than their rotas say. */
export class RestrictionsAndAbsences extends Migration {
  override up(): void {
    this.addSql(`
create table appointment_restrictions (${baseColumns},
  parent_id varchar(64) not null references practitioners (id),
  type varchar(64) not null,
  applies_to_type varchar(64) not null,
  appointment_type_ids text[] not null,
  category_ids text[] not null,
  date_from varchar(40),
  date_to varchar(40),
  max_duration int check (max_duration >= 0));
create index appointment_restrictions_practitioner on appointment_restrictions (parent_id);
create table custom_availability (${baseColumns},
  parent_id varchar(64) not null references practitioners (id),
  date_time_from timestamptz not null,
  date_time_to timestamptz not null check (date_time_to > date_time_from),
  is_available boolean not null);
create index custom_availability_practitioner on custom_availability (parent_id, date_time_from);`);
  }
}
