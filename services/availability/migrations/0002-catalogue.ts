import { Migration } from '@mikro-orm/migrations';
import { baseColumns } from '@lido/runtime/db/base.ts';

/** What an organisation sorts and marks its offerings with. */
export class Catalogue extends Migration {
  override up(): void {
    this.addSql(`
create table categories (${baseColumns},
  name varchar(120) not null,
  voucher_applicable boolean not null,
  position int not null);
create index categories_organisation on categories (organisation_id, position);
create table appointment_tags (${baseColumns},
  name varchar(120) not null);
create index appointment_tags_organisation on appointment_tags (organisation_id, name);`);
  }
}
