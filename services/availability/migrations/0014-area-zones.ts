import { Migration } from '@mikro-orm/migrations';

/** The parts of a site that areas are in. */
export class AreaZones extends Migration {
  override up(): void {
    this.addSql(`alter table bookable_areas add column zone_ids text[] not null default '{}'`);
  }
}
