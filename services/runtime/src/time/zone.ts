import { Temporal } from 'temporal-polyfill';
import { wallClockAt } from './wall-clock.ts';

/** The seven weekdays in ISO order: Monday first, as rules and rotas count them. */
export const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

export type Weekday = (typeof weekdays)[number];

const dayMs = 86_400_000;
const datePattern = /^\d{4}-\d{2}-\d{2}$/;
const instantPattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})$/i;
const zonePattern = /^[A-Za-z][A-Za-z0-9_+/-]*$/;
const wallTimePattern = /^(\d{2}):(\d{2})(?::\d{2})?$/;

/** The instant as wall clock time of the zone with its offset, to the second: `2026-04-01T09:30:00+01:00`. */
export function formatInstant(epochMs: number, zone: string): string {
  const wall = wallClockAt(epochMs, zone);
  if (wall) return wall.dateTime + wall.offset;
  const zoned = Temporal.Instant.fromEpochMilliseconds(epochMs).toZonedDateTimeISO(zone);
  return zoned.toString({ smallestUnit: 'second', timeZoneName: 'never' });
}

/** The instant in UTC with milliseconds: `2026-04-01T08:30:00.000Z`. */
export function formatUtcMs(epochMs: number): string {
  return Temporal.Instant.fromEpochMilliseconds(epochMs).toString({ smallestUnit: 'millisecond' });
}

/** Epoch milliseconds of a date-time that carries `Z` or an offset; undefined for anything else, a missing offset included. */
export function parseInstant(text: string): number | undefined {
  if (!instantPattern.test(text)) return undefined;
  try {
    return Temporal.Instant.from(text).epochMilliseconds;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** The text itself when it is a real calendar date written `YYYY-MM-DD`; undefined otherwise. */
export function parseDate(text: string): string | undefined {
  if (!datePattern.test(text)) return undefined;
  const epochMs = Date.parse(`${text}T00:00:00Z`);
  return Number.isNaN(epochMs) || utcDate(epochMs) !== text ? undefined : text;
}

/** The date part of a date or of a date-time as it is written, without a change of zone; undefined when it is no real date. */
export function dateOf(text: string): string | undefined {
  const isDateTime = text.length > 10 && /^[T ]\d{2}:\d{2}/i.test(text.slice(10));
  return text.length === 10 || isDateTime ? parseDate(text.slice(0, 10)) : undefined;
}

/** The calendar date (`YYYY-MM-DD`) that the zone's clocks show at the instant. */
export function localDateOf(epochMs: number, zone: string): string {
  const wall = wallClockAt(epochMs, zone);
  if (wall) return wall.dateTime.slice(0, 10);
  return Temporal.Instant.fromEpochMilliseconds(epochMs).toZonedDateTimeISO(zone).toPlainDate().toString();
}

/** The first instant of a local date, which is 01:00 where clocks skip midnight (Santiago, Cairo). */
export function startOfDay(date: string, zone: string): number {
  return Temporal.PlainDate.from(date).toZonedDateTime(zone).epochMilliseconds;
}

/**
 * The instants at which the zone's clocks show so many minutes after midnight of a date. Where the clocks skip that time they are
 * those that its offsets before and after would give. Minutes from 1440 on are of the following days.
 */
export function instantsOf(date: string, minutes: number, zone: string): number[] {
  const wall = Temporal.PlainDate.from(date).toPlainDateTime().add({ minutes });
  const instants = (['earlier', 'later'] as const).map(
    (disambiguation) => wall.toZonedDateTime(zone, { disambiguation }).epochMilliseconds,
  );
  return [...new Set(instants)];
}

/** The instants after the first and before the second one at which the zone's clocks are changed. */
export function clockChangesBetween(fromMs: number, toMs: number, zone: string): number[] {
  const changes: number[] = [];
  let at = Temporal.Instant.fromEpochMilliseconds(fromMs).toZonedDateTimeISO(zone).getTimeZoneTransition('next');
  while (at && at.epochMilliseconds < toMs) {
    changes.push(at.epochMilliseconds);
    at = at.getTimeZoneTransition('next');
  }
  return changes;
}

/** The date `n` calendar days later (earlier when negative). */
export function addDays(date: string, n: number): string {
  return utcDate(utcMidnight(date) + n * dayMs);
}

/** Whole calendar days from `a` to `b`; negative when `b` comes first. */
export function daysBetween(a: string, b: string): number {
  return (utcMidnight(b) - utcMidnight(a)) / dayMs;
}

/** The weekday of a date. */
export function weekdayOf(date: string): Weekday {
  const daysSinceMonday = ((daysBetween('1970-01-05', date) % 7) + 7) % 7;
  const weekday = weekdays[daysSinceMonday];
  if (weekday === undefined) throw new RangeError(`${date} is not a calendar date.`);
  return weekday;
}

/** The instant an ISO 8601 duration later by the zone's calendar: one month from the 31st ends on the month's last day, `P1D` keeps the wall time. */
export function addDuration(epochMs: number, isoDuration: string, zone: string): number {
  const zoned = Temporal.Instant.fromEpochMilliseconds(epochMs).toZonedDateTimeISO(zone);
  return zoned.add(Temporal.Duration.from(isoDuration)).epochMilliseconds;
}

/** Whether the text names a zone of the tz database; fixed offsets such as `+01:00` do not. */
export function isTimeZone(text: string): boolean {
  if (!zonePattern.test(text)) return false;
  try {
    startOfDay('2026-01-01', text);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** Minutes since midnight of a wall time `HH:MM` (seconds are dropped), `24:00` included; undefined for anything else. */
export function parseWallTime(text: string): number | undefined {
  const match = wallTimePattern.exec(text);
  if (match === null) return undefined;
  const minutes = Number(match[1]) * 60 + Number(match[2]);
  return Number(match[2]) < 60 && minutes <= 1440 ? minutes : undefined;
}

/** The wall time `HH:MM` of minutes since midnight, 0 to 1440. */
export function formatWallTime(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}

function utcMidnight(date: string): number {
  const epochMs = Date.parse(`${date}T00:00:00Z`);
  if (Number.isNaN(epochMs)) throw new RangeError(`${date} is not a calendar date.`);
  return epochMs;
}

function utcDate(epochMs: number): string {
  const [date = ''] = new Date(epochMs).toISOString().split('T', 1);
  return date;
}
