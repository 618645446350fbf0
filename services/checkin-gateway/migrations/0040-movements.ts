import { Migration } from '@mikro-orm/migrations';
import { baseColumns } from '@lido/runtime/db/base.ts';

/** Movements, of which visits are made, and the rules that sites choose. */
export class Movements extends Migration {
  override up(): void {
    for (const statement of [movements, visits, arrivals, departures, quarantine, policies, devices])
      this.addSql(statement);
  }
}

// `reaches` is until when a visit that begins here may last: nothing before it can matter to a movement after that.
const movements = `
create table movements (
  id varchar(140) primary key,
  organisation_id varchar(64) not null,
  customer_id varchar(64) not null,
  site_id varchar(64) not null,
  at timestamptz not null,
  reaches timestamptz not null,
  kind varchar(16) not null,
  zone varchar(64),
  repeat_key varchar(64),
  visit_id varchar(64) not null,
  membership_id varchar(64),
  method_type varchar(32),
  method_id varchar(64) not null,
  method_name varchar(120) not null,
  duplicate_ms int not null,
  min_stay_seconds int not null,
  max_visit_minutes int not null,
  recorded_at timestamptz not null
);
create index movements_customer_time on movements (organisation_id, customer_id, at);`;

const visits = `
alter table visits add column zone varchar(64), add column ends_by timestamptz;
update visits set ends_by = checked_in_at + interval '240 minutes';
alter table visits alter column ends_by set not null;
drop index visits_open_age;
create index visits_open_end on visits (ends_by) where checked_out_at is null and deleted_at is null;
create index visits_open_site on visits (organisation_id, site_id) where checked_out_at is null and deleted_at is null;`;

const arrivals = `
insert into movements
select 'arrival ' || id, organisation_id, customer_id, site_id, checked_in_at, ends_by, 'arrival', null, null, id, membership_id,
       method_type, method_id, method_name, 2000, 60, 240, created_at
from visits where deleted_at is null;`;

const departures = `
insert into movements
select 'departure ' || id, organisation_id, customer_id, site_id, checked_out_at, ends_by, 'departure', null, null, id, membership_id,
       method_type, method_id, method_name, 2000, 60, 240, updated_at
from visits where deleted_at is null and closed_by in ('tap', 'check_out');`;

const quarantine = `
alter table taps add column quarantined_at timestamptz, add column device_decision varchar(8);
create index taps_quarantined on taps (organisation_id, site_id, occurred_at) where quarantined_at is not null;`;

const policies = `
create table visit_policies (${baseColumns},
  anti_passback varchar(32) not null,
  anti_passback_minutes int not null,
  duplicate_ms int not null,
  min_stay_seconds int not null,
  max_visit_minutes int not null,
  booking_early_minutes int not null,
  reentry_delay_seconds int not null,
  payment_required boolean not null,
  capacity int,
  zone_capacities jsonb not null,
  staff_customer_ids text[] not null
);`;

const devices = 'alter table devices add column zone varchar(64);';
