import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { BlockedTime } from '@lido/proto/lido/availability/v1/blocked_time.ts';
import type { Transaction } from '@lido/runtime/grpc/call.ts';
import { toMessages } from '@lido/runtime/resource/load.ts';
import { siteScope } from '@lido/runtime/resource/scope.ts';
import { equals, overlaps } from '@lido/runtime/resource/filters.ts';
import type { Formats, ResourceSpec } from '@lido/runtime/resource/spec.ts';
import { newShopId } from '@lido/runtime/service/ids.ts';
import { BlockedTimeEntity, type BlockedTimeRow } from './blocked-time.entity.ts';
import { windowOf } from './blocked-time.ts';
import { loadBlockables } from './blocked-resources.repository.ts';

/** Blocked times as they are read; writing them takes claims, which has files of its own. */
export const blockedTimes: ResourceSpec<BlockedTimeRow, BlockedTime> = {
  noun: 'blocked time',
  entity: BlockedTimeEntity,
  newId: newShopId,
  scope: siteScope(),
  writable: ['practitionerIds', 'roomIds', 'areaIds', 'startTime', 'endTime', 'type', 'label', 'notes', 'color'],
  defaults: { type: 'BLOCKED_TIME_TYPE_OTHER', practitionerIds: [], roomIds: [], areaIds: [] },
  isGoneOnceDeleted: true,
  toMessage,
  embed: namesOfResources,
  filters: {
    practitionerId: overlaps('practitionerIds'),
    roomId: overlaps('roomIds'),
    areaId: overlaps('areaIds'),
    type: equals('type'),
  },
  orderBy: { startTime: 'asc' },
};

/** Tells of blocked time that has just been written, and answers it as clients see it. A recurrence is told of once, by one of its windows. */
export async function emitBlockedTime(row: BlockedTimeRow, { em, emit }: Transaction): Promise<BlockedTime> {
  const [message] = (await toMessages(blockedTimes, [row], em)) as [BlockedTime];
  await emit({
    type: 'lido.availability.blocked_time.saved',
    aggregateId: message.id,
    organisationId: message.organisationId,
    siteId: message.siteId,
    payload: BlockedTime.encode(message).finish(),
  });
  return message;
}

function toMessage(row: BlockedTimeRow, { instant }: Formats): BlockedTime {
  const { fromMs, toMs } = windowOf(row);
  return {
    ...row,
    startTime: instant(new Date(fromMs)),
    endTime: instant(new Date(toMs)),
    ...{ practitioners: [], rooms: [], areas: [] },
    recurrence: row.recurrence ?? null,
    createdBy: { id: row.createdBy.slice(row.createdBy.indexOf(':') + 1), name: row.createdByName },
    createdAt: instant(row.createdAt),
    updatedAt: instant(row.updatedAt),
    isSplit: false,
  };
}

async function namesOfResources(rows: BlockedTimeRow[], em: SqlEntityManager) {
  const organisationId = rows[0]?.organisationId ?? '';
  const { practitioners, rooms, areas } = await loadBlockables(em, rows, { organisationId, isRemovedFound: true });
  const named = (ids: string[], known: typeof rooms) =>
    ids.flatMap((id) => known.get(id) ?? []).map(({ id, name }) => ({ id, name }));
  return (row: BlockedTimeRow) => ({
    practitioners: named(row.practitionerIds, practitioners),
    rooms: named(row.roomIds, rooms),
    areas: named(row.areaIds, areas),
  });
}
