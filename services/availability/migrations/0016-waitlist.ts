import { Migration } from '@mikro-orm/migrations';

/**
 * Waiting lists of sessions. A booking that waits in a basket lapses as a hold does; one on the list has a number in the order in which
 * the list was joined.
 */
export class Waitlist extends Migration {
  override up(): void {
    this.addSql('create sequence waiting_numbers');
    this.addSql(`alter table bookings
      drop constraint bookings_status_check,
      drop constraint bookings_check1,
      add column waiting_no bigint,
      add constraint bookings_status_check check (status in ('held', 'confirmed', 'waiting', 'waitlisted', 'released')),
      add constraint bookings_expire_while_held check ((status in ('held', 'waiting')) = (expires_at is not null)),
      add constraint bookings_wait_in_order check ((status = 'waitlisted') = (waiting_no is not null))`);
    this.addSql(`create index bookings_waitlist on bookings (session_id, waiting_no) where status = 'waitlisted'`);
  }
}
