import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type {
  BlockedTime,
  BlockedTimeInput,
  CreateBlockedTimeRequest,
} from '@lido/proto/lido/availability/v1/blocked_time.ts';
import { type FieldErrors, forbidden, invalid, seenInBody } from '@lido/runtime/errors/refusal.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import { mayAnywhere, sees } from '@lido/runtime/grpc/principal.ts';
import { firstColumns } from '@lido/runtime/resource/create.ts';
import { zonesOf } from '@lido/runtime/resource/load.ts';
import { requireSite } from '@lido/runtime/resource/scope.ts';
import { newShopId } from '@lido/runtime/service/ids.ts';
import { overriderOf } from '@lido/runtime/grpc/overrider.ts';
import { distinct } from '../solver/eligibility.ts';
import { type Blockables, loadBlockables, unknownBlocked } from './blocked-resources.repository.ts';
import { BlockedTimeEntity, type BlockedTimeRow } from './blocked-time.entity.ts';
import { type Blocked, blockedTimeErrors, windowOf } from './blocked-time.ts';
import { emitBlockedTime } from './blocked-time.repository.ts';
import { occurrences, recurrenceErrors, type Window } from './occurrences.ts';
import { takeBlockedTime, tellOfBlockedTime } from './take-blocked-time.repository.ts';

/** How many windows of single resources one request may block. */
const windowsMax = 5_000;

/** Blocks time for all resources at once, on each date of a recurrence, or refuses all of it with what stands in the way. */
export function createBlockedTime({ blockedTime }: CreateBlockedTimeRequest, call: Call): Promise<BlockedTime> {
  const input = blockedTime ?? emptyInput;
  const blocked = blockedOf(input);
  return call.transact(async (transaction) => {
    const { em } = transaction;
    const blockables = await loadBlockables(em, [blocked], call.principal);
    const siteId = siteOf(input, blocked, blockables, call);
    refuse(blockedTimeErrors({ ...input, ...blocked }));
    refuse(unknownBlocked(blocked, blockables, siteId));
    const overrider = overriderOf(input.override, siteId, call);
    const zone = (await zonesOf(em, [siteId])).get(siteId) ?? 'UTC';
    const windows = windowsOf(input, blocked, zone);
    const rows = insertRows(em, { input, blocked, siteId, windows }, call);
    await em.flush();
    const taking = { blockables, givenUp: [], overrider, zone, principal: call.principal };
    const lost = await takeBlockedTime(transaction, rows, taking);
    const first = await emitBlockedTime(rows[0] as BlockedTimeRow, transaction);
    await tellOfBlockedTime(em, rows, taking, { lost });
    return first;
  });
}

const emptyInput: BlockedTimeInput = {
  ...{ practitionerIds: [], roomIds: [], areaIds: [], startTime: '', endTime: '', recurrence: null },
};

export function refuse(errors: FieldErrors): void {
  if (Object.keys(errors).length > 0) throw invalid(errors);
}

function blockedOf({ practitionerIds, roomIds, areaIds }: BlockedTimeInput): Blocked {
  return { practitionerIds: distinct(practitionerIds), roomIds: distinct(roomIds), areaIds: distinct(areaIds) };
}

/** The site that is named, else that of the first room, area or practitioner the caller can see. */
function siteOf(
  { siteId }: BlockedTimeInput,
  { practitionerIds, roomIds, areaIds }: Blocked,
  { practitioners, rooms, areas }: Blockables,
  call: Call,
): string {
  const known = [
    ...roomIds.flatMap((id) => rooms.get(id)?.siteIds ?? []),
    ...areaIds.flatMap((id) => areas.get(id)?.siteIds ?? []),
    ...practitionerIds.flatMap((id) => practitioners.get(id)?.siteIds ?? []),
  ];
  const chosen = siteId ?? known.find((id) => sees(call.principal, id));
  const { permission } = call.access;
  if (chosen !== undefined) seenInBody('site_id', `There is no site ${chosen}.`, () => requireSite(call, chosen));
  else if (!mayAnywhere(call.principal, permission)) throw forbidden(permission);
  return chosen ?? '';
}

function windowsOf(input: BlockedTimeInput, blocked: Blocked, zone: string): Window[] {
  const window = windowOf(input);
  const { recurrence } = input;
  if (!recurrence) return [window];
  refuse(recurrenceErrors(window, recurrence, zone));
  const windows = occurrences(window, recurrence, zone);
  if (windows.length === 0) throw invalid({ 'recurrence.weekdays': ['No date of the recurrence is one of these.'] });
  const count = windows.length * Object.values(blocked).flat().length;
  if (count <= windowsMax) return windows;
  throw invalid({
    'recurrence.date_to': [`Please block fewer dates or resources: ${count} are more than ${windowsMax}.`],
  });
}

interface NewRows {
  input: BlockedTimeInput;
  blocked: Blocked;
  siteId: string;
  windows: Window[];
}

function insertRows(em: SqlEntityManager, { input, blocked, siteId, windows }: NewRows, call: Call): BlockedTimeRow[] {
  const { type, label, notes, color, recurrence } = input;
  const recurrenceId = recurrence ? newShopId() : null;
  return windows.map(({ fromMs, toMs }) =>
    em.create(BlockedTimeEntity, {
      ...firstColumns(call),
      id: newShopId(),
      siteId,
      ...blocked,
      startTime: new Date(fromMs).toISOString(),
      endTime: new Date(toMs).toISOString(),
      type: type ?? 'BLOCKED_TIME_TYPE_OTHER',
      ...{ label: label ?? null, notes: notes ?? null, color: color ?? null },
      ...{ recurrenceId, recurrence: recurrence ?? null },
      createdByName: call.principal.name,
    } as never),
  ) as BlockedTimeRow[];
}
