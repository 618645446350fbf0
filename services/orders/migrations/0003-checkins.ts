import { Migration } from '@mikro-orm/migrations';

/** An item carries the check-in of whoever came for it. */
export class CheckinsMigration extends Migration {
  override up(): void {
    this.addSql('alter table order_items add column checkin_id varchar(64)');
  }
}
