import { Migration } from '@mikro-orm/migrations';

/** When a consumer had an aggregate's version: a rebuild tells by it what came before its owner was asked. */
export class RecordedAtMigration extends Migration {
  override up(): void {
    this.addSql('alter table inbox_versions add column recorded_at timestamptz not null default lido_now();');
  }
}
