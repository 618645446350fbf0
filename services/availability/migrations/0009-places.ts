import { Migration } from '@mikro-orm/migrations';

/** Guests in areas, and a record of claims that somebody with the right to it has taken from others. */
export class Places extends Migration {
  override up(): void {
    this.addSql(`create table area_claims (
      id bigint generated always as identity primary key,
      organisation_id varchar(64) not null,
      site_id varchar(64) not null,
      area_id varchar(64) not null,
      during tstzrange not null check (not isempty(during)),
      kind varchar(16) not null check (kind in ('booking', 'block')),
      guests int not null check (guests > 0),
      order_id varchar(64) not null,
      booking_id varchar(64) not null,
      item_id varchar(64) not null,
      expires_at timestamptz,
      active boolean not null default true)`);
    this.addSql('create index area_claims_time on area_claims using gist (area_id, during) where active');
    this.addSql('create index area_claims_booking on area_claims (booking_id) where active');
    this.addSql('create index area_claims_expiry on area_claims (expires_at) where active and expires_at is not null');
    this.addSql('create index area_claims_site on area_claims (site_id) where active');
    this.addSql(`create table claim_overrides (
      id bigint generated always as identity primary key,
      organisation_id varchar(64) not null,
      site_id varchar(64) not null,
      resource_id varchar(64) not null,
      kind varchar(16) not null,
      during tstzrange not null,
      lost_by varchar(64),
      taken_by varchar(64) not null,
      actor varchar(128) not null,
      created_at timestamptz not null)`);
    this.addSql('create index claim_overrides_lost on claim_overrides (lost_by)');
  }
}
