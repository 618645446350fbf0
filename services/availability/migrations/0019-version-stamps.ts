import { Migration } from '@mikro-orm/migrations';

/** Tells a site's version from one of the same number that a crash of the database has undone. */
export class VersionStamps extends Migration {
  override up(): void {
    this.addSql('alter table site_versions add column stamp bigint not null default 0');
    this.addSql('alter table site_changes add column stamp bigint not null default 0');
  }
}
