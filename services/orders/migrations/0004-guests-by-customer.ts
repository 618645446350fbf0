import { Migration } from '@mikro-orm/migrations';

/** The orders that a customer takes part in are asked for by the doors. */
export class GuestsByCustomerMigration extends Migration {
  override up(): void {
    this.addSql('create index order_guests_customer on order_guests (customer_id) where customer_id is not null;');
  }
}
