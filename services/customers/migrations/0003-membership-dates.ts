import { Migration } from '@mikro-orm/migrations';

/** What a known membership's status follows from as days go by: its start, and the site whose days count. */
export class MembershipDatesMigration extends Migration {
  override up(): void {
    this.addSql('alter table known_memberships add column site_id varchar(64), add column start_date date;');
  }
}
