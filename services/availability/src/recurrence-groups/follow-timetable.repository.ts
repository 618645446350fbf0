import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { Conflict } from '@lido/proto/lido/availability/v1/check_answer.ts';
import { stateConflict } from '@lido/runtime/errors/refusal.ts';
import { zonesOf } from '@lido/runtime/resource/load.ts';
import { newShopId } from '@lido/runtime/service/ids.ts';
import type { OwnedClaims } from '../claims/claim.repository.ts';
import { namesOf } from '../sessions/resource-names.repository.ts';
import { lockSessions, takeForSession } from '../sessions/save-session.repository.ts';
import { sessionClaims } from '../sessions/session-claims.ts';
import { roomUnits } from '../sessions/session-resources.repository.ts';
import { blockingClaims, dropSessions, saveOccurrences } from './coming-sessions.repository.ts';
import { type Naming, type Occurrence, overlapConflicts, takenConflicts } from './conflicts.ts';
import type { RecurrenceGroupRow } from './recurrence-group.entity.ts';
import type { Regeneration } from './regenerate.ts';

const minuteMs = 60_000;
/** So many conflicts are told; whoever has more has to look at the timetable anyway. */
const conflictsToldMax = 100;

/** How a timetable's sessions come to follow it. */
export interface Following {
  regeneration: Regeneration;
  durationMinutes: number;
  /** Whether sessions whose practitioner or room is taken are left out, instead of refusing the whole. */
  skipConflicts: boolean;
  /** Whether what stands in the way may be told by its order: what is at a site that the caller sees. */
  isSeen: (siteId: string) => boolean;
}

/**
 * Makes sessions follow their timetable, all in one step: each claims its practitioner and room, and gives up what it held. Answers what
 * stood in the way of those that were left out; where none may be, the refusal says it.
 */
export async function followTimetable(
  em: SqlEntityManager,
  group: RecurrenceGroupRow,
  { regeneration, durationMinutes, skipConflicts, isSeen }: Following,
): Promise<Conflict[]> {
  const { changed, added, dropped } = regeneration;
  const occurrences = [...changed, ...added.map((startMs) => ({ id: newShopId(), startMs }))]
    .map((one): Occurrence => ({ ...one, endMs: one.startMs + durationMinutes * minuteMs }))
    .toSorted((a, b) => a.startMs - b.startMs);
  const givenUp = [...changed.map(({ id }) => id), ...dropped];
  const units = await roomUnits(em, group.roomId);
  const claimsOf = (some: readonly Occurrence[]): OwnedClaims[] => some.map((one) => claimsFor(group, one, units));
  const conflicts = await conflictsOf(em, group, occurrences, { owned: claimsOf(occurrences), givenUp, isSeen });
  if (conflicts.length > 0 && !skipConflicts) throw refusal(conflicts);
  const isBlocked = new Set(conflicts.map(({ occurrenceId }) => occurrenceId));
  const possible = occurrences.filter(({ id }) => !isBlocked.has(id));
  const owned = claimsOf(possible);
  await lockSessions(em, givenUp, { owned, bookingIds: [] });
  await takeForSession(em, owned, givenUp);
  await saveOccurrences(em, group, possible);
  const lost = changed.flatMap(({ id }) => (isBlocked.has(id) ? [id] : []));
  await dropSessions(em, [...dropped, ...lost], { isLeaving: true, actor: group.updatedBy });
  return conflicts.map(({ occurrenceId: _, ...conflict }) => conflict);
}

function claimsFor(group: RecurrenceGroupRow, { id, startMs, endMs }: Occurrence, units: number): OwnedClaims {
  const times = { startTime: new Date(startMs), endTime: new Date(endMs) };
  return sessionClaims({ ...group, id, ...times }, units);
}

async function conflictsOf(
  em: SqlEntityManager,
  group: RecurrenceGroupRow,
  occurrences: readonly Occurrence[],
  { owned, givenUp, isSeen }: { owned: OwnedClaims[]; givenUp: readonly string[]; isSeen: Following['isSeen'] },
): Promise<(Conflict & { occurrenceId: string })[]> {
  const { siteId, practitionerId, roomId } = group;
  if (!practitionerId && !roomId) return [];
  const names = new Map([
    ...(await namesOf(em, 'practitioners', practitionerId ? [practitionerId] : [])),
    ...(await namesOf(em, 'rooms', roomId ? [roomId] : [])),
  ]);
  const naming: Naming = { names, zone: (await zonesOf(em, [siteId])).get(siteId) ?? 'UTC' };
  const blocking = (await blockingClaims(em, owned, givenUp)).map((claim) =>
    isSeen(claim.siteId) ? claim : { ...claim, orderId: null },
  );
  const taken = takenConflicts(occurrences, blocking, naming);
  const isTaken = new Set(taken.map(({ occurrenceId }) => occurrenceId));
  const others = occurrences.filter(({ id }) => !isTaken.has(id));
  return [...taken, ...overlapConflicts(others, naming)].toSorted((a, b) => (a.startTime < b.startTime ? -1 : 1));
}

function refusal(conflicts: (Conflict & { occurrenceId: string })[]) {
  const sentence = `${conflicts.length} sessions of this timetable can not take place. Please change it, or leave them out.`;
  const told = conflicts.slice(0, conflictsToldMax).map(({ code, message, resource, ...conflict }) => ({
    ...{ code, message, resource },
    ...{ start_time: conflict.startTime, end_time: conflict.endTime, order_id: conflict.orderId },
  }));
  return stateConflict('timetable_conflicts', sentence, { metadata: { conflicts: told } });
}
