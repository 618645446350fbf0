import { Migration } from '@mikro-orm/migrations';

/** Whether somebody went through the door after the tap that a visit began with, where its reader has told. */
export class EnteredVisitsMigration extends Migration {
  override up(): void {
    this.addSql('alter table visits add column entered boolean;');
  }
}
