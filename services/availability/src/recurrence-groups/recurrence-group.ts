import type { SessionRecurrenceGroup } from '@lido/proto/lido/availability/v1/recurrence_group.ts';
import { type FieldErrors, invalid } from '@lido/runtime/errors/refusal.ts';
import { dateOf } from '@lido/runtime/time/zone.ts';
import { weekdayErrors, weekdaysOf } from '../offerings/rule.ts';
import type { RecurrenceGroupRow } from './recurrence-group.entity.ts';
import type { Timetable } from './timetable.ts';

/** What a client may set of a timetable. */
export type GroupWish = Pick<
  RecurrenceGroupRow,
  'name' | 'practitionerId' | 'roomId' | 'weekdays' | 'startTimes' | 'recurrenceStart' | 'recurrenceEnd'
> & { capacity: number | null };

/** Every field a client may set, for a new timetable. */
export const groupFields = [
  ...['name', 'practitioner_id', 'room_id', 'weekdays', 'start_time', 'start_times', 'capacity'],
  ...['recurrence_start', 'recurrence_end'],
] as const;

/**
 * A timetable after a change: fields that the mask does not name stay as they are in `current`. `today` is the first date of one that
 * names none. Of the two spellings of the start times the list goes first; ids of times that stay are kept.
 */
export function wishOf(
  group: SessionRecurrenceGroup | null,
  mask: readonly string[],
  { current, today, newId }: { current: GroupWish; today: string; newId(): string },
): GroupWish {
  const pick = <T>(field: string, value: T | null | undefined, now: T): T | null =>
    mask.includes(field) ? (value ?? null) : now;
  const date = (text: string | null | undefined): string | null => (text ? (dateOf(text) ?? null) : null);
  const listed = mask.includes('start_times') ? (group?.startTimes ?? []).map(({ value }) => value) : [];
  const single = mask.includes('start_time') && group?.startTime ? [group.startTime] : [];
  const isCleared = mask.includes('start_times') || mask.includes('start_time');
  const values = [...(listed.length > 0 ? listed : single)].map((value) => value.slice(0, 5)).toSorted();
  const known = new Map(current.startTimes.map(({ id, value }) => [value, id]));
  const wish: GroupWish = {
    name: pick('name', group?.name, current.name ?? null),
    practitionerId: pick('practitioner_id', group?.practitionerId, current.practitionerId ?? null),
    roomId: pick('room_id', group?.roomId, current.roomId ?? null),
    weekdays: mask.includes('weekdays') ? (group?.weekdays ?? []).map((name) => name.toLowerCase()) : current.weekdays,
    startTimes: isCleared
      ? [...new Set(values)].map((value) => ({ id: known.get(value) ?? newId(), value }))
      : current.startTimes,
    capacity: pick('capacity', group?.capacity, current.capacity),
    recurrenceStart: pick('recurrence_start', date(group?.recurrenceStart), current.recurrenceStart) ?? today,
    recurrenceEnd: pick('recurrence_end', date(group?.recurrenceEnd), current.recurrenceEnd ?? null),
  };
  const errors = wishErrors(wish);
  if (Object.keys(errors).length > 0) throw invalid(errors);
  return wish;
}

function wishErrors({ weekdays, startTimes, recurrenceStart, recurrenceEnd }: GroupWish): FieldErrors {
  const errors: FieldErrors = weekdayErrors('weekdays', weekdays);
  if (weekdays.length === 0) errors['weekdays'] = ['At least one weekday is needed.'];
  if (startTimes.length === 0) errors['start_times'] = ['At least one start time is needed.'];
  if (recurrenceEnd && recurrenceEnd < recurrenceStart) {
    errors['recurrence_end'] = ['The last date must not be before the first.'];
  }
  return errors;
}

/** When a timetable takes place. */
export function timetableOf(
  row: Pick<RecurrenceGroupRow, 'weekdays' | 'startTimes' | 'recurrenceStart' | 'recurrenceEnd'>,
): Timetable {
  return {
    weekdays: weekdaysOf(row),
    startTimes: row.startTimes.map(({ value }) => value),
    recurrenceStart: row.recurrenceStart,
    recurrenceEnd: row.recurrenceEnd ?? null,
  };
}
