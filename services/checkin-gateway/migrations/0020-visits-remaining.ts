import { Migration } from '@mikro-orm/migrations';

/** A membership may limit the visits it is good for. */
export class VisitsRemainingMigration extends Migration {
  override up(): void {
    this.addSql('alter table known_memberships add column visits_remaining int;');
  }
}
