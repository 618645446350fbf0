import { Migration } from '@mikro-orm/migrations';

/** When the relay gave an event up because no stream takes one of its size. Such a row waits for nothing. */
export class SetAsideMigration extends Migration {
  override up(): void {
    this.addSql('alter table outbox add column set_aside_at timestamptz;');
    this.addSql('create index outbox_set_aside on outbox (set_aside_at) where set_aside_at is not null;');
    this.addSql('drop index outbox_unpublished;');
    this.addSql('create index outbox_unpublished on outbox (seq) where published_at is null and set_aside_at is null;');
  }
}
