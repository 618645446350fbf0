import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { Principal } from '@lido/runtime/grpc/principal.ts';
import { zonesOf } from '@lido/runtime/resource/load.ts';
import { blockingColumns, type BlockingRow, toBlockingClaim } from '../claims/claim.repository.ts';
import { claimConflicts, conflictsWith } from '../claims/conflict.repository.ts';
import type { RoomRow } from './room.entity.ts';

/**
 * Gives who has a room to themselves the units that it has now beside those before. Refuses where somebody is in one of them: a room can
 * have had as many before, and those who came then stay.
 */
export async function claimNewUnits(
  em: SqlEntityManager,
  room: RoomRow,
  unitsBefore: number,
  principal: Principal,
): Promise<void> {
  const { id, siteId, capacity } = room;
  const blocking = await em.execute<BlockingRow[]>(`select ${blockingColumns} from claim_new_units(?, ?, ?)`, [
    id,
    unitsBefore,
    capacity,
  ]);
  if (blocking.length === 0) return;
  const zone = (await zonesOf(em, [siteId])).get(siteId) ?? 'UTC';
  throw conflictsWith(await claimConflicts(em, blocking.map(toBlockingClaim), { zone, principal }));
}
