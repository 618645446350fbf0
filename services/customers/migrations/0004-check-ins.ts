import { Migration } from '@mikro-orm/migrations';

/** When customers came, as the check-in gateway tells it: the latest one is shown with the customer. */
export class CheckInsMigration extends Migration {
  override up(): void {
    this.addSql(`
create table known_check_ins (
  id varchar(64) primary key,
  customer_id varchar(64) not null,
  checked_in_at timestamptz not null,
  method varchar(120) not null
);
create index known_check_ins_latest on known_check_ins (customer_id, checked_in_at desc);`);
  }
}
