import { Migration } from '@mikro-orm/migrations';

/** Exits that opened without a decision are found among all taps. */
export class UnsettledExitsMigration extends Migration {
  override up(): void {
    this.addSql(`create index taps_unsettled on taps (received_at) where device_decision is null
      and decision ->> 'outcome' = 'granted' and jsonb_exists_any(decision -> 'flags', array['decision_timeout', 'internal_error']);`);
  }
}
