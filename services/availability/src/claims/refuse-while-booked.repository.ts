import type { BaseRow } from '@lido/runtime/db/base.ts';
import { stateConflict } from '@lido/runtime/errors/refusal.ts';
import type { RefuseWhileNeeded } from '@lido/runtime/resource/remove.ts';

/** Keeps a resource that is booked ahead; the operators' handbook demands that bookings are moved first. */
export function refuseWhileBooked({ noun }: { noun: string }): RefuseWhileNeeded<BaseRow> {
  return async ({ id }, { em }) => {
    const [ahead] = await em.execute<unknown[]>(
      `select 1 from claims where active and resource_id = ? and upper(during) > lido_now() and (expires_at is null or expires_at > lido_now()) limit 1`,
      [id],
    );
    if (!ahead) return;
    throw stateConflict('bookings_ahead', `This ${noun} has bookings ahead. Please move or cancel them first.`);
  };
}
