import { addDays, dateOf, daysBetween, localDateOf, parseInstant, startOfDay } from '@lido/runtime/time/zone.ts';
import { maxHorizonDays } from '../solver/horizon.ts';

/** What a report covers: the instants `[fromMs, toMs)` and the local dates they touch. */
export interface OccupancyRange {
  readonly zone: string;
  readonly dateFrom: string;
  readonly dateTo: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** The bounds of a request, each a date or an instant; `dateTimeFrom` and `dateTimeTo` win. */
export interface AskedRange {
  readonly dateFrom?: string | null | undefined;
  readonly dateTo?: string | null | undefined;
  readonly dateTimeFrom?: string | null | undefined;
  readonly dateTimeTo?: string | null | undefined;
}

const usualDays = 7;

/** Why a range can not be reported, as sentences by the name of the field. */
export type RangeErrors = Record<string, string[]>;

/**
 * The range a request asks for in a site's zone. An instant bounds it to the minute; a date means the whole of that date.
 * A bound that is missing makes it a week; both, the week that ends today.
 */
export function occupancyRange(request: AskedRange, zone: string, nowMs: number): OccupancyRange | RangeErrors {
  const from = bound(request.dateTimeFrom, request.dateFrom, zone);
  const to = bound(request.dateTimeTo, request.dateTo, zone);
  const dateFrom = from?.date ?? addDays(to?.date ?? localDateOf(nowMs, zone), 1 - usualDays);
  const fromMs = from?.instantMs ?? startOfDay(dateFrom, zone);
  const lastDate = to?.date ?? (from ? addDays(dateFrom, usualDays - 1) : localDateOf(nowMs, zone));
  const toMs = to?.instantMs ?? startOfDay(addDays(lastDate, 1), zone);
  const field = request.dateTimeTo ? 'date_time_to' : 'date_to';
  if (toMs <= fromMs) return { [field]: ['The end must come after the beginning.'] };
  const dateTo = localDateOf(toMs - 1, zone);
  if (daysBetween(dateFrom, dateTo) >= maxHorizonDays) {
    return { [field]: [`A report covers up to ${maxHorizonDays} days.`] };
  }
  return { zone, dateFrom, dateTo, fromMs, toMs };
}

/** Whether it is a range. */
export function isRange(range: OccupancyRange | RangeErrors): range is OccupancyRange {
  return typeof range['fromMs'] === 'number';
}

/** A bound's local date, and its instant where it was given as one. */
function bound(
  dateTime: string | null | undefined,
  date: string | null | undefined,
  zone: string,
): { date: string; instantMs: number | undefined } | undefined {
  const text = dateTime || date;
  if (!text) return undefined;
  const epochMs = parseInstant(text);
  if (epochMs === undefined) return { date: dateOf(text) ?? text, instantMs: undefined };
  return { date: localDateOf(epochMs, zone), instantMs: dateTime ? epochMs : undefined };
}
