import { Migration } from '@mikro-orm/migrations';

/** A reader may switch several relays at once. */
export class RelaysMigration extends Migration {
  override up(): void {
    this.addSql(`alter table devices add column more_relays jsonb not null default '[]'`);
  }
}
