import { Migration } from '@mikro-orm/migrations';

/** Housekeeping finds what is old in the inbox by its age. */
export class InboxAgeMigration extends Migration {
  override up(): void {
    this.addSql('create index inbox_age on inbox (received_at);');
  }
}
