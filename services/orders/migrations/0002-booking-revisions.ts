import { Migration } from '@mikro-orm/migrations';

/** Which state of its booking an item shows, so that news that come late do not take it back. */
export class BookingRevisionsMigration extends Migration {
  override up(): void {
    this.addSql('alter table order_items add column booking_revision bigint not null default 0');
  }
}
