import { Migration } from '@mikro-orm/migrations';
import { baseColumns } from '@lido/runtime/db/base.ts';

/** The parts of a site. */
export class Zones extends Migration {
  override up(): void {
    this.addSql(`
create table zones (${baseColumns},
  site_id varchar(64) not null,
  name varchar(120) not null);
create index zones_site on zones (site_id);
alter table rooms add column zone_ids text[] not null default '{}';`);
  }
}
