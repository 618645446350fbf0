import { Migration } from '@mikro-orm/migrations';

/** A membership may be good for so many visits; those that were made by it are kept to tell how many are left. */
export class VisitLimitsMigration extends Migration {
  override up(): void {
    this.addSql('alter table membership_types add column visit_limit int check (visit_limit > 0);');
    this.addSql('alter table memberships add column visit_limit int check (visit_limit > 0);');
    this.addSql(`
create table membership_visits (
  id varchar(64) primary key,
  membership_id varchar(64) not null
);
create index membership_visits_of_membership on membership_visits (membership_id);`);
  }
}
