import { Migration } from '@mikro-orm/migrations';

/** How often each booking has changed: a change can say which state it was made from, and who hears of two knows the later one. */
export class BookingRevisions extends Migration {
  override up(): void {
    this.addSql(`
      alter table bookings add column revision bigint not null default 1;
      create function count_booking_revision() returns trigger language plpgsql as $$
      begin
        new.revision := old.revision + 1;
        return new;
      end $$;
      create trigger bookings_revision before update on bookings for each row execute function count_booking_revision();`);
  }
}
