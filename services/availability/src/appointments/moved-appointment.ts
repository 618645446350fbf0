import type { AppointmentChange, ResourceMove } from '@lido/proto/lido/availability/v1/appointment.ts';
import { type FieldErrors, invalid } from '@lido/runtime/errors/refusal.ts';
import { parseInstant } from '@lido/runtime/time/zone.ts';
import type { Assignment, Booking } from '../bookings/booking.ts';

/** How an appointment stands, or shall stand. */
export interface Placement extends Pick<Assignment, 'practitionerIds' | 'roomIds'> {
  startMs: number;
  durationMinutes: number;
  /** Whether somebody says that it is to be in these rooms. */
  isRoomNamed: boolean;
}

/** How a booking stands. */
export function placementOf({ startsAtMs, endsAtMs, resources }: Booking): Placement {
  return {
    startMs: startsAtMs,
    durationMinutes: (endsAtMs - startsAtMs) / 60_000,
    practitionerIds: resources.practitioners.map(({ id }) => id),
    roomIds: resources.rooms.map(({ id }) => id),
    isRoomNamed: false,
  };
}

/**
 * How an appointment shall stand after a change: what the mask does not carry stays. `usualMinutes` is the duration of one that is to
 * have its type's own. Refuses by field what can not be read so.
 */
export function placementAfter(
  current: Placement,
  change: AppointmentChange,
  { mask, usualMinutes }: { mask: readonly string[]; usualMinutes: number },
): Placement {
  const errors: FieldErrors = {};
  const carries = (field: string): boolean => mask.includes(field);
  const next: Placement = { ...current };
  if (carries('practitioner_ids')) next.practitionerIds = [...new Set(change.practitionerIds)];
  if (carries('room_id')) Object.assign(next, inRoom(current, change.roomId || null));
  if (carries('duration')) next.durationMinutes = change.duration ?? usualMinutes;
  if (carries('time')) {
    const startMs = parseInstant(change.time ?? '');
    if (startMs === undefined) errors.time = ['An appointment needs a time: a date-time with its offset.'];
    else next.startMs = startMs;
  }
  if (carries('move') && change.move) Object.assign(errors, applyMove(next, change.move, mask));
  if (Object.keys(errors).length > 0) throw invalid(errors);
  return next;
}

/** Whether two placements are the same; the order of practitioners says nothing. */
export function isSamePlacement(a: Placement, b: Placement): boolean {
  const ids = ({ practitionerIds, roomIds }: Placement): string =>
    [practitionerIds, roomIds].map((some) => some.toSorted().join(' ')).join(', ');
  return a.startMs === b.startMs && a.durationMinutes === b.durationMinutes && ids(a) === ids(b);
}

/** Where an appointment is to be once a room is named. One that is among its rooms already is how clients know all of them. */
function inRoom({ roomIds }: Placement, roomId: string | null): Pick<Placement, 'roomIds' | 'isRoomNamed'> {
  if (roomId === null) return { roomIds: [], isRoomNamed: false };
  return { roomIds: roomIds.includes(roomId) ? roomIds : [roomId], isRoomNamed: true };
}

function applyMove(next: Placement, move: ResourceMove, mask: readonly string[]): FieldErrors {
  const { fromId, toId } = move;
  const isRoom = move.resourceType === 'MOVED_RESOURCE_TYPE_ROOM';
  const field = isRoom ? 'room_id' : 'practitioner_ids';
  if (mask.includes(field)) return { move: [`Send either ${field} or a move of the same.`] };
  if (isRoom) {
    if (!next.roomIds.includes(fromId)) return { 'move.from_id': [`This appointment is not in the room ${fromId}.`] };
    if (toId !== fromId && next.roomIds.includes(toId))
      return { 'move.to_id': [`This appointment is in the room ${toId} already.`] };
    next.roomIds = next.roomIds.map((id) => (id === fromId ? toId : id));
    next.isRoomNamed = true;
    return {};
  }
  if (!next.practitionerIds.includes(fromId))
    return { 'move.from_id': [`This appointment is not given by the practitioner ${fromId}.`] };
  if (next.practitionerIds.includes(toId))
    return { 'move.to_id': [`This appointment is given by the practitioner ${toId} already.`] };
  next.practitionerIds = next.practitionerIds.map((id) => (id === fromId ? toId : id));
  return {};
}
