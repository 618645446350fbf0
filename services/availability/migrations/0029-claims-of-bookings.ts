import { Migration } from '@mikro-orm/migrations';

/** Claims are looked for by their booking after they have ended, too: to tell the sites of whoever held the time. */
export class ClaimsOfBookings extends Migration {
  override up(): void {
    this.addSql('drop index claims_booking');
    this.addSql('create index claims_booking on claims (booking_id)');
  }
}
