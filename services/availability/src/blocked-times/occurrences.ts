import type { BlockedTimeRecurrence } from '@lido/proto/lido/availability/v1/blocked_time.ts';
import type { FieldErrors } from '@lido/runtime/errors/refusal.ts';
import { bucketMs, localDay } from '@lido/runtime/time/local-day.ts';
import { addDays, daysBetween, formatInstant, parseWallTime, weekdayOf } from '@lido/runtime/time/zone.ts';
import { dateOnly, weekdayErrors, weekdayOfName } from '../offerings/rule.ts';
import { maxHorizonDays } from '../solver/horizon.ts';

/** Time `[fromMs, toMs)`. */
export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

type Recurrence = Pick<BlockedTimeRecurrence, 'weekdays' | 'dateFrom' | 'dateTo'>;

const minutesPerDay = 1_440;

/** What is wrong with a recurrence of a window: unknown weekdays, dates in the wrong order or too many, a window of more than a day. */
export function recurrenceErrors(window: Window, recurrence: Recurrence, zone: string): FieldErrors {
  const errors: FieldErrors = weekdayErrors('recurrence.weekdays', recurrence.weekdays);
  const { dateFrom, dateTo } = datesOf(window, recurrence, zone);
  const days = daysBetween(dateFrom, dateTo) + 1;
  if (days < 1) errors['recurrence.date_to'] = ['The last date must not be before the first.'];
  if (days > maxHorizonDays) errors['recurrence.date_to'] = [`At most ${maxHorizonDays} days can be blocked at once.`];
  const span = wallSpan(window, zone);
  if (span < 1 || span > minutesPerDay)
    errors['end_time'] = ['Time that recurs must take more than no time and at most a day of the clock.'];
  return errors;
}

/**
 * The windows of a recurrence: the wall time of the first one on each of its dates and weekdays. On a day on which the clocks skip that
 * wall time it is shorter or absent, on one on which they repeat it, it is longer or there twice.
 */
export function occurrences(window: Window, recurrence: Recurrence, zone: string): Window[] {
  const { dateFrom, dateTo } = datesOf(window, recurrence, zone);
  const weekdays = recurrence.weekdays.map(weekdayOfName);
  const from = clockOf(window.fromMs, zone).minute;
  const to = from + wallSpan(window, zone);
  const dates = Array.from({ length: daysBetween(dateFrom, dateTo) + 1 }, (_, index) => addDays(dateFrom, index));
  return dates
    .filter((date) => weekdays.length === 0 || weekdays.includes(weekdayOf(date)))
    .flatMap((date) =>
      merged([
        ...wallWindows(date, zone, from, to),
        ...wallWindows(addDays(date, 1), zone, from - minutesPerDay, to - minutesPerDay),
      ]),
    );
}

function datesOf(window: Window, { dateFrom, dateTo }: Recurrence, zone: string): { dateFrom: string; dateTo: string } {
  return { dateFrom: dateOnly(dateFrom) ?? clockOf(window.fromMs, zone).date, dateTo: dateOnly(dateTo) ?? '' };
}

/** Minutes that the clock on the wall shows between the ends of a window; parts of minutes block the whole of them. */
function wallSpan({ fromMs, toMs }: Window, zone: string): number {
  const [from, to] = [clockOf(fromMs, zone), clockOf(toMs + minuteMs - 1, zone)];
  return daysBetween(from.date, to.date) * minutesPerDay + to.minute - from.minute;
}

const minuteMs = 60_000;

function clockOf(epochMs: number, zone: string): { date: string; minute: number } {
  const text = formatInstant(epochMs, zone);
  return { date: text.slice(0, 10), minute: parseWallTime(text.slice(11, 16)) ?? 0 };
}

/** The instants at which a date's clocks show `[fromMinute, toMinute)`, as far as these are minutes of that date. */
function wallWindows(date: string, zone: string, fromMinute: number, toMinute: number): Window[] {
  const day = localDay(date, zone);
  return day.segments.flatMap(({ fromBucket, toBucket, wallMinute }) => {
    const [startMs, endMs] = [(day.firstBucket + fromBucket) * bucketMs, (day.firstBucket + toBucket) * bucketMs];
    const at = (minute: number): number => startMs + (minute - wallMinute) * minuteMs;
    const [fromMs, toMs] = [Math.max(startMs, at(fromMinute)), Math.min(endMs, at(toMinute))];
    return fromMs < toMs ? [{ fromMs, toMs }] : [];
  });
}

/** Windows that touch, as one. */
function merged(windows: readonly Window[]): Window[] {
  const result: { fromMs: number; toMs: number }[] = [];
  for (const { fromMs, toMs } of windows) {
    const last = result.at(-1);
    if (last?.toMs === fromMs) last.toMs = toMs;
    else result.push({ fromMs, toMs });
  }
  return result;
}
