import { Migration } from '@mikro-orm/migrations';

/** Granted taps and refused readers are in the log of attempts too, and devices know since when they are connected. */
export class AttemptsMigration extends Migration {
  override up(): void {
    for (const statement of [attempts, indexes, devices]) this.addSql(statement);
  }
}

// What is there by now are denials.
const attempts = `
alter table attempts
  add column outcome varchar(16) not null default 'denied',
  add column count int not null default 1;
alter table attempts alter column outcome drop default;`;

const indexes = `
create index attempts_device_time on attempts (device_id, occurred_at desc);
create index attempts_customer_time on attempts (organisation_id, customer_id, occurred_at desc)
  where customer_id is not null;`;

const devices = `alter table devices add column online_since timestamptz;`;
