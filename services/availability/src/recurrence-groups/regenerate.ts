/** A coming session that follows a timetable. */
export interface ComingSession {
  id: string;
  startMs: number;
  /** Whether anybody has or awaits a place; such a session is left alone. */
  hasBookings: boolean;
}

/** What becomes of a timetable's coming sessions. */
export interface Regeneration {
  /** Sessions that take the timetable's practitioner, room, capacity and duration, at the start they have. */
  changed: { id: string; startMs: number }[];
  /** Starts that get a new session. */
  added: number[];
  /** Ids of those that the timetable does not know any more. */
  dropped: string[];
}

/**
 * Brings coming sessions in line with the starts of a timetable. Those with bookings stay, whatever the timetable says, and stand for
 * their start if it is one of the timetable's. A start whose session somebody cancelled stays without one.
 */
export function regenerate(
  sessions: readonly ComingSession[],
  starts: readonly number[],
  cancelledStarts: ReadonlySet<number>,
): Regeneration {
  const settled = new Set(sessions.filter(({ hasBookings }) => hasBookings).map(({ startMs }) => startMs));
  const open = new Set(starts.filter((start) => !settled.has(start) && !cancelledStarts.has(start)));
  const changed: Regeneration['changed'] = [];
  const dropped: string[] = [];
  for (const { id, startMs, hasBookings } of sessions) {
    if (hasBookings) continue;
    if (open.delete(startMs)) changed.push({ id, startMs });
    else dropped.push(id);
  }
  return { changed, added: [...open], dropped };
}
