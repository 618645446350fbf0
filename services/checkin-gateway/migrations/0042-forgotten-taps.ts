import { Migration } from '@mikro-orm/migrations';

/** Taps are forgotten in the order in which they were heard of. */
export class ForgottenTapsMigration extends Migration {
  override up(): void {
    this.addSql('create index taps_received on taps (received_at);');
  }
}
