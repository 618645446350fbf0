import type { FieldErrors } from '@lido/runtime/errors/refusal.ts';
import { minutesPerBucket } from '@lido/runtime/time/local-day.ts';
import { parseWallTime, type Weekday, weekdays } from '@lido/runtime/time/zone.ts';

/** When a rule holds, as clients write it. */
export interface RuleTimes {
  dateFrom?: string | null | undefined;
  dateTo?: string | null | undefined;
  weekday?: string | null | undefined;
  weekdays: string[];
  timeFrom?: string | null | undefined;
  timeTo?: string | null | undefined;
  /** Minutes of the bookings it is about, both included, where its kind of parent knows that. */
  minDuration?: number | null | undefined;
  maxDuration?: number | null | undefined;
  /** Minutes of the one length that it is about, where its kind of parent knows that. */
  duration?: number | null | undefined;
}

/** What is wrong with a rule's dates, weekdays, times and durations. */
export function ruleErrors(rule: RuleTimes): FieldErrors {
  const errors: FieldErrors = {
    ...weekdayErrors('weekdays', rule.weekdays),
    ...rangeErrors('', rule),
    ...durationErrors(rule),
  };
  if (rule.weekday) Object.assign(errors, weekdayErrors('weekday', [rule.weekday]));
  if (rule.dateFrom && rule.dateTo && rule.dateTo.slice(0, 10) < rule.dateFrom.slice(0, 10)) {
    errors['date_to'] = ['The last date must not be before the first.'];
  }
  return errors;
}

/** Names that are no weekday; weekdays are written out in English, in any case. */
export function weekdayErrors(field: string, names: string[]): FieldErrors {
  const unknown = names.filter((name) => weekdayOfName(name) === undefined);
  return unknown.length === 0
    ? {}
    : { [field]: [`Unknown weekday ${unknown.join(', ')}; use ${weekdays.join(', ')}.`] };
}

/** A daily time range that ends before it begins; 00:00 as an end is the end of the day. */
export function rangeErrors(at: string, { timeFrom, timeTo }: Pick<RuleTimes, 'timeFrom' | 'timeTo'>): FieldErrors {
  const from = timeFrom ? parseWallTime(timeFrom) : 0;
  const to = timeTo ? parseWallTime(timeTo) || minutesPerDay : minutesPerDay;
  if (from === undefined || to > from) return {};
  return { [at === '' ? 'time_to' : `${at}.time_to`]: ['The end must be after the start.'] };
}

/** Durations off the solver's grid, and a longest that is below the shortest. */
function durationErrors({ duration, minDuration, maxDuration }: RuleTimes): FieldErrors {
  const errors: FieldErrors = {};
  const offGrid = [`The duration must be a multiple of ${minutesPerBucket} minutes.`];
  if ((duration ?? 0) % minutesPerBucket !== 0) errors['duration'] = offGrid;
  if ((minDuration ?? 0) % minutesPerBucket !== 0) errors['min_duration'] = offGrid;
  if ((maxDuration ?? 0) % minutesPerBucket !== 0) errors['max_duration'] = offGrid;
  else if (maxDuration && maxDuration < (minDuration ?? 0)) {
    errors['max_duration'] = ['The longest duration must not be below the shortest.'];
  }
  return errors;
}

/** A weekday by its name in any case. */
export function weekdayOfName(name: string): Weekday | undefined {
  const lower = name.toLowerCase();
  return weekdays.find((weekday) => weekday === lower);
}

/** All the weekdays a rule names, in both spellings of the contract. */
export function weekdaysOf(rule: Pick<RuleTimes, 'weekday' | 'weekdays'>): Weekday[] {
  return [...rule.weekdays, ...(rule.weekday ? [rule.weekday] : [])].flatMap((name) => weekdayOfName(name) ?? []);
}

/** Clients may send seconds; the grid has none. */
export function hhmm(time: string): string {
  return time.slice(0, 5);
}

/** Rules' dates may come as date-times; their date is meant. */
export function dateOnly(date: string | null | undefined): string | null {
  return date ? date.slice(0, 10) : null;
}

const minutesPerDay = 1_440;
