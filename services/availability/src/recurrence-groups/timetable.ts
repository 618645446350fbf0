import rrule from 'rrule';
import { Temporal } from 'temporal-polyfill';
import { addDays, localDateOf, type Weekday, weekdays } from '@lido/runtime/time/zone.ts';

const { RRule } = rrule;

/** Weekdays and wall times between two local dates, both inclusive; without a last date it goes on. */
export interface Timetable {
  weekdays: readonly Weekday[];
  /** `HH:MM` */
  startTimes: readonly string[];
  recurrenceStart: string;
  recurrenceEnd: string | null;
}

/** How many days ahead sessions are generated. */
export const horizonDays = 366;

/** The last local date that has its sessions when they are generated at an instant. */
export function generatedUntil(nowMs: number, zone: string): string {
  return addDays(localDateOf(nowMs, zone), horizonDays);
}

/**
 * The instants at which sessions start, in order, from the first date on until the last, both local and inclusive. A wall time that
 * the clocks skip does not take place; one that they repeat takes place once, the first time.
 */
export function occurrenceStarts(
  timetable: Timetable,
  { zone, dateFrom, dateTo }: { zone: string; dateFrom: string; dateTo: string },
): number[] {
  const first = maxDate(timetable.recurrenceStart, dateFrom);
  const last = timetable.recurrenceEnd === null || timetable.recurrenceEnd > dateTo ? dateTo : timetable.recurrenceEnd;
  if (first > last || timetable.weekdays.length === 0) return [];
  // Dates without a zone: the rule counts days in UTC, where each has 24 hours, and the clocks of the site come in afterwards.
  const rule = new RRule({
    freq: RRule.WEEKLY,
    byweekday: timetable.weekdays.map((weekday) => weekdays.indexOf(weekday)),
    dtstart: new Date(`${first}T00:00:00Z`),
    until: new Date(`${last}T00:00:00Z`),
  });
  const times = [...new Set(timetable.startTimes.map((time) => time.slice(0, 5)))];
  const starts = rule
    .all()
    .flatMap((date) => times.flatMap((time) => startAt(date.toISOString().slice(0, 10), time, zone) ?? []));
  return starts.toSorted((a, b) => a - b);
}

function startAt(date: string, time: string, zone: string): number | undefined {
  const wallTime = Temporal.PlainDateTime.from(`${date}T${time}`);
  const zoned = wallTime.toZonedDateTime(zone, { disambiguation: 'earlier' });
  return zoned.toPlainDateTime().equals(wallTime) ? zoned.epochMilliseconds : undefined;
}

function maxDate(a: string, b: string): string {
  return a > b ? a : b;
}
