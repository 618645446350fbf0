import { Migration } from '@mikro-orm/migrations';

/** The order in which each site shows its practitioners; who is not in it comes last, by name. */
export class PractitionerOrder extends Migration {
  override up(): void {
    this.addSql(`
create table practitioner_orders (
  site_id varchar(64) primary key,
  organisation_id varchar(64) not null,
  practitioner_ids text[] not null,
  updated_at timestamptz not null,
  updated_by varchar(128) not null);
alter table practitioners alter column scheduling_week_interval_start type varchar(40);`);
  }
}
