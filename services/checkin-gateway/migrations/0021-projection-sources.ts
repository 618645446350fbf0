import { Migration } from '@mikro-orm/migrations';

/**
 * Until when each owner's facts are complete, and whether they were filled from the owner at all. A row whose `rebuilt_at` is
 * missing or older than `rebuild_asked_at` wants a rebuild.
 */
export class ProjectionSourcesMigration extends Migration {
  override up(): void {
    this.addSql(`
      drop table projection_sources;
      create table projection_sources (
        source varchar(32) primary key,
        as_of timestamptz,
        rebuilt_at timestamptz,
        rebuild_asked_at timestamptz not null
      );
      insert into projection_sources (source, rebuild_asked_at)
        select source, lido_now() from unnest(array['customers', 'memberships', 'orders']) as source;`);
  }
}
