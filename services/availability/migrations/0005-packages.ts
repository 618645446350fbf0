import { Migration } from '@mikro-orm/migrations';
import { baseColumns } from '@lido/runtime/db/base.ts';
import { offeringColumns } from '../src/offerings/offering.entity.ts';

/** Packages and what they let their guests choose. */
export class Packages extends Migration {
  override up(): void {
    this.addSql(`
create table packages (${baseColumns},
  ${offeringColumns},
  site_id varchar(64) not null,
  max_daily_duration int check (max_daily_duration > 0),
  prevent_choice_overlaps boolean not null,
  default_revenue_centre varchar(200),
  email_options jsonb);
create index packages_site on packages (site_id);
create table package_item_choices (${baseColumns},
  parent_id varchar(64) not null references packages (id) deferrable initially deferred,
  position int not null,
  name varchar(200) not null,
  description text,
  min_options int not null check (min_options >= 0),
  max_options int check (max_options >= min_options),
  option_budget bigint check (option_budget >= 0),
  auto_select_timeslot boolean not null,
  hide_times boolean not null,
  optional boolean not null,
  visible boolean not null,
  allow_overlaps boolean not null,
  offering_type varchar(64) not null,
  allocation jsonb,
  start_time_rules jsonb not null,
  options jsonb not null);
create index package_item_choices_parent on package_item_choices (parent_id);`);
  }
}
