import type { Database } from '@lido/runtime/db/database.ts';
import { Refusal } from '@lido/runtime/errors/refusal.ts';
import type { Bookings } from './bookings.client.ts';
import { endRelease, nextRelease, postponeRelease } from './release.repository.ts';

/**
 * Gives back all time that waits for it, one release after the other, until none is due. One that availability can not
 * take now is put off, however long that may be; repeating a release is harmless. Answers how many were given back.
 */
export async function giveBackTime(db: Database, bookings: Bookings): Promise<number> {
  for (let count = 0; ; ) {
    const outcome = await db.transaction(async (em) => {
      const release = await nextRelease(em);
      if (!release) return 'none';
      const order = { id: release.orderId, organisationId: release.organisationId };
      try {
        await bookings.release(order, release.itemIds, release);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        await postponeRelease(em, release.id);
        return 'postponed';
      }
      await endRelease(em, release.id);
      return 'done';
    });
    if (outcome === 'none') return count;
    if (outcome === 'done') count++;
  }
}
