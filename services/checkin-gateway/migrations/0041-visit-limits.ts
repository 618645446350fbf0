import { Migration } from '@mikro-orm/migrations';

/** What a membership is good for is told by its owner; how much of that is left is counted here, where its visits are. */
export class VisitLimitsMigration extends Migration {
  override up(): void {
    this.addSql('alter table known_memberships rename column visits_remaining to visit_limit;');
    this.addSql(
      'create index visits_of_membership on visits (membership_id) where membership_id is not null and deleted_at is null;',
    );
  }
}
