import { Migration } from '@mikro-orm/migrations';

/** Bookings by the line of the package they were chosen in, which their requests name. */
export class PackageItems extends Migration {
  override up(): void {
    this.addSql(`
alter table bookings add column package_item_of varchar(64) generated always as (request->>'packageItemOf') stored;
create index bookings_package_item on bookings (package_item_of) where package_item_of is not null;`);
  }
}
