import type { FieldErrors } from '@lido/runtime/errors/refusal.ts';
import { dateOf } from '@lido/runtime/time/zone.ts';
import type { RateRow } from '../rates/rate.entity.ts';
import type { TypeRow } from '../types/type.entity.ts';
import { lastDayOf } from './billing.ts';

/** From when until when, both inclusive; null is without end. */
export interface MembershipDates {
  startDate: string;
  endDate: string | null;
}

/** What the dates of a new membership depend on. */
export interface DateRules {
  type: Pick<TypeRow, 'minimumStartDate'>;
  rate: Pick<RateRow, 'defaultDuration'>;
  /** The date at the site. */
  today: string;
  /** Whoever signs themselves up can not begin in the past and gets the rate's duration. */
  isSelfSignUp: boolean;
}

/** Reads the dates of a new membership; those written as date-times count as the date they are written with. */
export function readDates(
  given: { startDate: string; endDate?: string | null | undefined },
  { type, rate, today, isSelfSignUp }: DateRules,
): MembershipDates | { errors: FieldErrors } {
  const startDate = dateOf(given.startDate);
  if (startDate === undefined) return { errors: { start_date: ['The start_date must be a date such as 2026-04-01.'] } };
  const defaultEnd = isSelfSignUp && rate.defaultDuration ? lastDayOf(startDate, rate.defaultDuration) : null;
  const endDate = given.endDate == null ? defaultEnd : (dateOf(given.endDate) ?? null);
  const { minimumStartDate } = type;
  const errors: FieldErrors = orderErrors({ startDate, endDate });
  if (minimumStartDate != null && startDate < minimumStartDate) {
    errors.start_date = [`Memberships of this type start on ${minimumStartDate} at the earliest.`];
  } else if (isSelfSignUp && startDate < today) {
    errors.start_date = ['The start_date can not lie in the past.'];
  }
  return Object.keys(errors).length > 0 ? { errors } : { startDate, endDate };
}

/** What is wrong with the order of two dates. */
export function orderErrors({
  startDate,
  endDate,
}: {
  startDate: string;
  endDate?: string | null | undefined;
}): FieldErrors {
  return endDate != null && endDate < startDate
    ? { end_date: ['The end_date can not come before the start_date.'] }
    : {};
}
