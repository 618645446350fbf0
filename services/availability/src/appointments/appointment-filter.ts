import type { AppointmentStatus } from '@lido/proto/lido/availability/v1/appointment.ts';
import { addDays, parseDate, parseInstant, startOfDay } from '@lido/runtime/time/zone.ts';

/** What a list of appointments is filtered by; absent and empty parts filter nothing. Bounds are dates or date-times. */
export interface AppointmentFilter {
  /** Any part of the appointment lies in this time. */
  dateFrom?: string | null | undefined;
  dateTo?: string | null | undefined;
  /** It starts in this time. */
  startDateFrom?: string | null | undefined;
  startDateTo?: string | null | undefined;
  /** Its order was submitted in this time. */
  submittedAtFrom?: string | null | undefined;
  submittedAtTo?: string | null | undefined;
  practitionerId: readonly string[];
  roomId: readonly string[];
  zoneId: readonly string[];
  status: readonly AppointmentStatus[];
}

/** A filter's times on the clocks of a zone, in epoch milliseconds; null is unbounded. Lower bounds are included, upper ones are not. */
export interface ZoneBounds {
  startsFromMs: number | null;
  startsToMs: number | null;
  /** Excluded: an appointment that ends at this instant is over. */
  endsAfterMs: number | null;
  submittedFromMs: number | null;
  submittedToMs: number | null;
}

/** A report's filter; it names the time of the submit otherwise than the list does. */
export function reportFilter<Request extends ReportTimes>(
  request: Request,
): Request & Pick<AppointmentFilter, 'submittedAtFrom' | 'submittedAtTo'> {
  return {
    ...request,
    submittedAtFrom: request.orderSubmittedAtFrom,
    submittedAtTo: request.orderSubmittedAtTo,
  };
}

interface ReportTimes {
  orderSubmittedAtFrom?: string | null | undefined;
  orderSubmittedAtTo?: string | null | undefined;
}

/** No appointment is longer: its duration has this bound. */
const longestMs = 1_440 * 60_000;

/** Where a filter's times lie in a zone. */
export function boundsIn(zone: string, filter: AppointmentFilter): ZoneBounds {
  const endsAfterMs = lowerBound(filter.dateFrom, zone);
  // What ends after an instant has started at most the longest duration before; said so that an index on the start serves.
  const touchesFromMs = endsAfterMs === null ? null : endsAfterMs - longestMs;
  return {
    startsFromMs: larger(lowerBound(filter.startDateFrom, zone), touchesFromMs),
    startsToMs: smaller(upperBound(filter.startDateTo, zone), upperBound(filter.dateTo, zone)),
    endsAfterMs,
    submittedFromMs: lowerBound(filter.submittedAtFrom, zone),
    submittedToMs: upperBound(filter.submittedAtTo, zone),
  };
}

function lowerBound(text: string | null | undefined, zone: string): number | null {
  return boundOf(text, (date) => startOfDay(date, zone));
}

/** A whole day ends where the next begins. */
function upperBound(text: string | null | undefined, zone: string): number | null {
  return boundOf(text, (date) => startOfDay(addDays(date, 1), zone));
}

function boundOf(text: string | null | undefined, ofDate: (date: string) => number): number | null {
  if (!text) return null;
  const date = parseDate(text);
  return date === undefined ? (parseInstant(text) ?? null) : ofDate(date);
}

function larger(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}

function smaller(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b);
}
