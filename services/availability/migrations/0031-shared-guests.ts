import { Migration } from '@mikro-orm/migrations';

/** Guests' time that the items of one line of a package share: only in their first unit, and only with each other. */
export class SharedGuests extends Migration {
  override up(): void {
    this.addSql(`
alter table claims add column shared_by varchar(64);
alter table claims drop constraint claims_never_overlap;
alter table claims add constraint claims_never_overlap exclude using gist (resource_id with =, unit with =, during with &&,
  (case when unit = 0 then coalesce(shared_by, id::text) else id::text end) with <>) where (active);`);
  }
}
