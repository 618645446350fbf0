import { Migration } from '@mikro-orm/migrations';

/** Who booked an area for few baskets is not joined by more, whatever those have booked. */
export class AreaLimits extends Migration {
  override up(): void {
    this.addSql('alter table area_claims add column max_baskets int check (max_baskets > 0)');
  }
}
