import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { BaseRow } from '@lido/runtime/db/base.ts';
import { stateConflict } from '@lido/runtime/errors/refusal.ts';
import type { RefuseWhileNeeded } from '@lido/runtime/resource/remove.ts';
import { textArray } from './claim.repository.ts';

/** Keeps a resource that is booked ahead; the operators' handbook demands that bookings are moved first. */
export function refuseWhileBooked({ noun }: { noun: string }): RefuseWhileNeeded<BaseRow> {
  return async ({ id }, { em }) => {
    if (await isBookedAhead(em, id, null))
      throw stateConflict('bookings_ahead', `This ${noun} has bookings ahead. Please move or cancel them first.`);
  };
}

/** Keeps a practitioner at the sites where they are booked ahead, for the same reason. */
export async function refuseToLeave(em: SqlEntityManager, id: string, siteIds: readonly string[]): Promise<void> {
  if (siteIds.length > 0 && (await isBookedAhead(em, id, siteIds))) {
    const sentence =
      'This practitioner has bookings ahead at a site they would leave. Please move or cancel them first.';
    throw stateConflict('bookings_ahead', sentence);
  }
}

/** Whether a resource is booked ahead, at any site or at some. Nobody can book it before the transaction ends. */
async function isBookedAhead(em: SqlEntityManager, id: string, siteIds: readonly string[] | null): Promise<boolean> {
  await em.execute('select lock_all_time(?)', [id], 'run');
  const sites = siteIds && JSON.stringify(siteIds);
  const [ahead] = await em.execute<unknown[]>(
    `select 1 from claims where active and resource_id = ? and upper(during) > lido_now() and (expires_at is null or expires_at > lido_now())
       and (?::jsonb is null or site_id = any (${textArray})) limit 1`,
    [id, sites, sites],
  );
  return ahead !== undefined;
}
