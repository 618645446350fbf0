import { Migration } from '@mikro-orm/migrations';

/** Who and what is kept from the doors, since when and why. */
export class BlocksMigration extends Migration {
  override up(): void {
    this.addSql(`
      alter table customers add column access_blocked_at timestamptz, add column access_blocked_reason varchar(500);
      alter table media add column blocked_at timestamptz, add column blocked_reason varchar(500);`);
  }
}
