import type { Conflict } from '@lido/proto/lido/availability/v1/check_answer.ts';
import { formatInstant } from '@lido/runtime/time/zone.ts';
import type { BlockingClaim } from '../claims/claim.repository.ts';

/** A session that a timetable wants. */
export interface Occurrence {
  id: string;
  startMs: number;
  endMs: number;
}

/** Claims that stand in the way, with their site and the order they are for, if they are an order's. */
export type Blocking = BlockingClaim & { siteId: string; orderId: string | null };

/** How answers name resources and times. */
export interface Naming {
  zone: string;
  names: ReadonlyMap<string, string>;
}

const codes: Record<string, string> = { practitioner: 'no_practitioners_available', room: 'no_rooms_available' };

/** What stands in the way of each occurrence, in order: one conflict per occurrence and resource. */
export function takenConflicts(
  occurrences: readonly Occurrence[],
  blocking: readonly Blocking[],
  { zone, names }: Naming,
): (Conflict & { occurrenceId: string })[] {
  const perResource = Map.groupBy(blocking, ({ resourceId }) => resourceId);
  return occurrences.flatMap(({ id, startMs, endMs }) =>
    [...perResource].flatMap(([resourceId, claims]) => {
      const claim = claims.find(({ startsAtMs, endsAtMs }) => startsAtMs < endMs && startMs < endsAtMs);
      if (!claim) return [];
      const name = names.get(resourceId) ?? resourceId;
      const startTime = formatInstant(startMs, zone);
      return {
        occurrenceId: id,
        code: codes[claim.kind] ?? claim.kind,
        message: `${name} is taken at ${wallTime(startTime)}.`,
        resource: { id: resourceId, type: claim.kind, name },
        startTime,
        endTime: formatInstant(endMs, zone),
        orderId: claim.orderId,
      };
    }),
  );
}

/** Occurrences that begin before the one before them is over, which one practitioner or room can not do. They are in order. */
export function overlapConflicts(
  occurrences: readonly Occurrence[],
  { zone }: Naming,
): (Conflict & { occurrenceId: string })[] {
  let busyUntilMs = Number.NEGATIVE_INFINITY;
  return occurrences.flatMap(({ id, startMs, endMs }) => {
    if (startMs >= busyUntilMs) {
      busyUntilMs = endMs;
      return [];
    }
    const startTime = formatInstant(startMs, zone);
    return {
      occurrenceId: id,
      code: 'overlaps_itself',
      message: `The session at ${wallTime(startTime)} begins before the one before it is over.`,
      resource: null,
      startTime,
      endTime: formatInstant(endMs, zone),
      orderId: null,
    };
  });
}

function wallTime(instant: string): string {
  return instant.slice(0, 16).replace('T', ' ');
}
