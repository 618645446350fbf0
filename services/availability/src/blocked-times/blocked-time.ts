import type { BlockedTimeInput } from '@lido/proto/lido/availability/v1/blocked_time.ts';
import type { FieldErrors } from '@lido/runtime/errors/refusal.ts';
import { parseInstant } from '@lido/runtime/time/zone.ts';
import type { BlockedTimeRow } from './blocked-time.entity.ts';
import type { Window } from './occurrences.ts';

/** The resources that blocked time names. */
export type Blocked = Pick<BlockedTimeRow, 'practitionerIds' | 'roomIds' | 'areaIds'>;

/** The instants of a row or of a request. */
export function windowOf({ startTime, endTime }: { startTime: string; endTime: string }): Window {
  return { fromMs: parseInstant(startTime) ?? 0, toMs: parseInstant(endTime) ?? 0 };
}

/** What is wrong with blocked time: it is about nobody, or ends before it begins. */
export function blockedTimeErrors(row: Blocked & { startTime: string; endTime: string }): FieldErrors {
  const errors: FieldErrors = {};
  if (row.practitionerIds.length + row.roomIds.length + row.areaIds.length === 0)
    errors['practitioner_ids'] = ['At least one practitioner, room or area is needed.'];
  const { fromMs, toMs } = windowOf(row);
  if (toMs <= fromMs) errors['end_time'] = ['The end must be after the start.'];
  return errors;
}

/**
 * The resources after one has taken another's place, with what is wrong with that: both of a pair are needed, and the old one must be
 * there. The new one stands where the old one stood.
 */
export function swapped(blocked: Blocked, input: BlockedTimeInput): { blocked: Blocked; errors: FieldErrors } {
  const errors: FieldErrors = {};
  const swap = (ids: string[], noun: string, [from, to]: [string | null | undefined, string | null | undefined]) => {
    if (!from && !to) return ids;
    if (!from || !to) {
      const missing = from ? `new_${noun}_id` : `old_${noun}_id`;
      errors[missing] = [`It is needed to put one ${noun} in the place of another.`];
    } else if (!ids.includes(from)) errors[`old_${noun}_id`] = [`There is no ${from} here.`];
    else return [...new Set(ids.map((id) => (id === from ? to : id)))];
    return ids;
  };
  const { practitionerIds, roomIds, areaIds } = blocked;
  const after = {
    practitionerIds: swap(practitionerIds, 'practitioner', [input.oldPractitionerId, input.newPractitionerId]),
    roomIds: swap(roomIds, 'room', [input.oldRoomId, input.newRoomId]),
    areaIds: swap(areaIds, 'area', [input.oldAreaId, input.newAreaId]),
  };
  return { blocked: after, errors };
}
