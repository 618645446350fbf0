import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { BlockedTime, UpdateBlockedTimeRequest } from '@lido/proto/lido/availability/v1/blocked_time.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import { firstColumns } from '@lido/runtime/resource/create.ts';
import { loadVisible, zonesOf } from '@lido/runtime/resource/load.ts';
import { assignMasked, touch } from '@lido/runtime/resource/update.ts';
import { newShopId } from '@lido/runtime/service/ids.ts';
import { distinct } from '../solver/eligibility.ts';
import { loadBlockables, unknownBlocked } from './blocked-resources.repository.ts';
import { BlockedTimeEntity, type BlockedTimeRow } from './blocked-time.entity.ts';
import { blockedTimeErrors, swapped } from './blocked-time.ts';
import { blockedTimes, emitBlockedTime } from './blocked-time.repository.ts';
import { overriderOf } from '@lido/runtime/grpc/overrider.ts';
import { refuse } from './create-blocked-time.handlers.ts';
import { takeBlockedTime, tellOfBlockedTime } from './take-blocked-time.repository.ts';

/** Changes what the body carries, and what is claimed with it. One of a recurrence leaves it and gets an id of its own. */
export function updateBlockedTime(request: UpdateBlockedTimeRequest, call: Call): Promise<BlockedTime> {
  return call.transact(async (transaction) => {
    const { em } = transaction;
    const before = await loadVisible(blockedTimes, request.id, call, { em, use: 'write' });
    const formerPractitionerIds = before.practitionerIds;
    const row = before.recurrenceId ? split(em, before, call) : before;
    change(row, request, call);
    const blockables = await loadBlockables(em, [row], row);
    refuse(unknownBlocked(row, blockables, row.siteId));
    const zone = (await zonesOf(em, [row.siteId])).get(row.siteId) ?? 'UTC';
    const overrider = overriderOf(request.blockedTime?.override, row.siteId, call);
    await em.flush();
    const taking = { blockables, givenUp: [before.id], overrider, zone, principal: call.principal };
    const lost = await takeBlockedTime(transaction, [row], taking);
    const message = await emitBlockedTime(row, transaction);
    await tellOfBlockedTime(em, [row], taking, { lost, formerPractitionerIds });
    return { ...message, isSplit: row !== before };
  });
}

/** One of a recurrence is taken out of it: a row like it that stands alone, in its place. */
function split(em: SqlEntityManager, before: BlockedTimeRow, call: Call): BlockedTimeRow {
  const { practitionerIds, roomIds, areaIds, startTime, endTime, type, label, notes, color, siteId } = before;
  before.deletedAt = new Date(call.clock.nowMs());
  touch(before, call);
  return em.create(BlockedTimeEntity, {
    ...firstColumns(call),
    id: newShopId(),
    ...{ siteId, practitionerIds, roomIds, areaIds, startTime, endTime, type, label, notes, color },
    createdByName: call.principal.name,
  } as never) as BlockedTimeRow;
}

function change(row: BlockedTimeRow, { blockedTime, updateMask }: UpdateBlockedTimeRequest, call: Call): void {
  assignMasked(blockedTimes, row, blockedTime, updateMask ?? []);
  for (const key of ['practitionerIds', 'roomIds', 'areaIds'] as const) row[key] = distinct(row[key]);
  if (blockedTime) {
    const { blocked, errors } = swapped(row, blockedTime);
    refuse(errors);
    Object.assign(row, blocked);
  }
  refuse(blockedTimeErrors(row));
  touch(row, call);
}
