import { Migration } from '@mikro-orm/migrations';
import { baseColumns } from '@lido/runtime/db/base.ts';

/** What is known of stored files; their bytes are elsewhere. */
export class MediaFiles extends Migration {
  override up(): void {
    this.addSql(`
create table media (${baseColumns},
  file_name varchar(200) not null,
  kind varchar(16) not null,
  size int not null check (size > 0),
  collection varchar(64) not null,
  width int,
  height int,
  check ((width is null) = (height is null)))`);
  }
}
