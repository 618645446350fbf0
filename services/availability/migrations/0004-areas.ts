import { Migration } from '@mikro-orm/migrations';
import { baseColumns } from '@lido/runtime/db/base.ts';
import { offeringColumns } from '../src/offerings/offering.entity.ts';

/** Areas, what can be booked of them, and the durations that their rules speak of. */
export class Areas extends Migration {
  override up(): void {
    for (const statement of [areas, types, rules]) this.addSql(statement);
  }
}

const areas = `
create table bookable_areas (${baseColumns},
  site_id varchar(64) not null,
  name varchar(120) not null,
  description text,
  capacity int not null check (capacity > 0),
  position int not null);
create index bookable_areas_site on bookable_areas (site_id);`;

const types = `
create table area_booking_types (${baseColumns},
  ${offeringColumns},
  site_id varchar(64) not null,
  area_ids text[] not null,
  start_time_interval int not null check (start_time_interval > 0),
  duration_interval int not null check (duration_interval > 0),
  min_duration int not null check (min_duration > 0),
  max_duration int not null check (max_duration >= min_duration),
  end_buffer int not null check (end_buffer >= 0),
  max_baskets int check (max_baskets > 0));
create index area_booking_types_site on area_booking_types (site_id);
create index area_booking_types_areas on area_booking_types using gin (area_ids);`;

const rules = `
alter table price_rules add column max_duration int;
alter table availability_rules add column min_duration int, add column max_duration int;`;
