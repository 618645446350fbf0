import { Migration } from '@mikro-orm/migrations';

/**
 * When a row was last told, by an event or by its owner's export: a rebuild takes away what nobody has told since it began.
 * Booked items are rebuilt like the doors' facts, but no decision depends on how current they are.
 */
export class ToldAtMigration extends Migration {
  override up(): void {
    for (const table of ['known_customers', 'known_media', 'known_memberships', 'known_bookings', 'booked_items']) {
      this.addSql(`alter table ${table} add column told_at timestamptz not null default lido_now();`);
    }
    this.addSql(`
      create index known_bookings_ends_at on known_bookings (ends_at);
      create index booked_items_ends_at on booked_items (ends_at);
      insert into projection_sources (source, rebuild_asked_at) values ('booked-items', lido_now());`);
  }
}
