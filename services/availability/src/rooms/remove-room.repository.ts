import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { stateConflict } from '@lido/runtime/errors/refusal.ts';
import type { RefuseWhileNeeded } from '@lido/runtime/resource/remove.ts';
import { modelChanged } from '../sites/site-version.repository.ts';
import type { RoomRow } from './room.entity.ts';

/** An appointment type without any room would need none at all; so the last room of one stays. */
export const refuseAsLastRoom: RefuseWhileNeeded<RoomRow> = async ({ id }, { em }) => {
  const rows = await em.execute<{ name: string }[]>(
    `select name from appointment_types where room_ids = array[?]::text[] and deleted_at is null order by name limit 3`,
    [id],
  );
  if (rows.length === 0) return;
  const names = rows.map(({ name }) => name).join(', ');
  throw stateConflict('last_room', `This is the only room of ${names}. Please choose another one there first.`);
};

/** Takes a removed room off the appointment types that can be given in others too. */
export async function detachRoom(em: SqlEntityManager, roomId: string): Promise<void> {
  const rows = await em.execute<{ site_ids: string[] }[]>(
    `update appointment_types set room_ids = array_remove(room_ids, ?), version = version + 1
     where ? = any(room_ids) and cardinality(room_ids) > 1 returning site_ids`,
    [roomId, roomId],
  );
  if (rows.length > 0) await modelChanged(em, [...new Set(rows.flatMap((row) => row.site_ids))]);
}
