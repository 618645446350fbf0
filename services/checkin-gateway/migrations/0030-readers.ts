import { Migration } from '@mikro-orm/migrations';

/** What readers say of themselves, how we reach those that we dial, and the key that allow-lists are signed with. */
export class ReadersMigration extends Migration {
  override up(): void {
    for (const statement of [devices, keys, indexes]) this.addSql(statement);
  }
}

const devices = `
alter table devices
  add column device_type varchar(120),
  add column firmware varchar(120),
  add column clock_skew_ms int,
  add column last_refusal varchar(200),
  add column last_refused_at timestamptz,
  add column address varchar(255),
  add column login_user varchar(64),
  add column login_password text,
  add column login_token text;`;

const keys = `
create table signing_keys (
  name varchar(32) primary key,
  private_key text not null
);`;

const indexes = `
create index taps_device_time on taps (device_id, occurred_at desc);
create index attempts_time on attempts (occurred_at);`;
