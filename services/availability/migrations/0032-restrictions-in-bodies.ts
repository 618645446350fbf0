import { Migration } from '@mikro-orm/migrations';

/** A practitioner's body may carry restrictions, which are written before the practitioner is. */
export class RestrictionsInBodies extends Migration {
  override up(): void {
    this.addSql(`alter table appointment_restrictions
      alter constraint appointment_restrictions_parent_id_fkey deferrable initially deferred`);
  }
}
