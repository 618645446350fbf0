import { batchMax, deleteInBatches } from '@lido/runtime/events/housekeeping.ts';
import type { ServiceParts } from '@lido/runtime/service/start-service.ts';
import { bookedItemsKeptMs, bookingsKeptMs } from './retention.ts';

/** Forgets booked times that ended so long ago that neither doors nor the activity log need them. */
export async function tidyBookings({ db, clock }: Pick<ServiceParts, 'db' | 'clock'>): Promise<void> {
  const before = (keptMs: number): Date => new Date(clock.nowMs() - keptMs);
  await deleteInBatches(db, tidying('known_bookings', 'id'), [before(bookingsKeptMs)]);
  await deleteInBatches(db, tidying('booked_items', 'item_id'), [before(bookedItemsKeptMs)]);
}

function tidying(table: 'known_bookings' | 'booked_items', key: 'id' | 'item_id'): string {
  return `delete from ${table} where ${key} in (
    select ${key} from ${table} where ends_at <= ? limit ${batchMax}) returning 1`;
}
