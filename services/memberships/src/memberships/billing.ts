import { addDays, addDuration, localDateOf, startOfDay } from '@lido/runtime/time/zone.ts';

/** From when until when a membership is billed, both inclusive. */
export interface BilledSpan {
  startDate: string;
  endDate?: string | null | undefined;
}

/** One billing: its date and the last day it pays for. */
export interface Billing {
  date: string;
  periodTo: string;
}

const billingPeriodsMax = 12_000;

/** The last day of a membership that lasts a duration: a year from 1 March ends on the last of February. */
export function lastDayOf(startDate: string, isoDuration: string): string {
  return addDays(laterBy(startDate, isoDuration), -1);
}

/**
 * The first billing on or after a date. Periods are counted from the start date, so that a membership from the 31st
 * is billed on the last day of shorter months. Undefined when the membership ends before. The last period is cut at
 * the membership's end.
 */
export function billingFrom(
  { startDate, endDate }: BilledSpan,
  isoFrequency: string,
  from: string,
): Billing | undefined {
  for (let periods = 0; periods < billingPeriodsMax; periods++) {
    const date = laterBy(startDate, times(isoFrequency, periods));
    if (endDate != null && date > endDate) return undefined;
    if (date < from) continue;
    const periodTo = addDays(laterBy(startDate, times(isoFrequency, periods + 1)), -1);
    return { date, periodTo: endDate != null && endDate < periodTo ? endDate : periodTo };
  }
  return undefined;
}

function laterBy(date: string, isoDuration: string): string {
  return localDateOf(addDuration(startOfDay(date, 'UTC'), isoDuration, 'UTC'), 'UTC');
}

/** Every number of the duration times the periods: three times P1M is P3M, not a month added three times. */
function times(isoFrequency: string, periods: number): string {
  return isoFrequency.replace(/\d+/g, (count) => String(Number(count) * periods));
}
