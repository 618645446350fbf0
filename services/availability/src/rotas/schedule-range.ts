import type { ListScheduledAvailabilityRequest } from '@lido/proto/lido/availability/v1/practitioner_schedule.ts';
import type { FieldErrors } from '@lido/runtime/errors/refusal.ts';
import { addDays, dateOf, daysBetween, localDateOf, parseInstant } from '@lido/runtime/time/zone.ts';
import { maxHorizonDays } from '../solver/horizon.ts';
import type { Window } from './schedule.ts';

/** Local dates, and the instants that windows must touch. */
export interface ScheduleRange extends Window {
  readonly dateFrom: string;
  readonly dayCount: number;
}

type Asked = Pick<ListScheduledAvailabilityRequest, 'dateFrom' | 'dateTo' | 'dateTimeFrom' | 'dateTimeTo'>;

const daysDefault = 7;

/**
 * The range that a request asks for in a time zone: its dates, else those its date-times touch; a week from today where it names
 * neither. Both ends are included. At most 366 days.
 */
export function scheduleRange(request: Asked, zone: string, nowMs: number): ScheduleRange | { errors: FieldErrors } {
  const [fromMs, toMs] = [parseInstant(request.dateTimeFrom ?? ''), parseInstant(request.dateTimeTo ?? '')];
  const dateFrom = dateOf(request.dateFrom ?? '') ?? localDateOf(fromMs ?? nowMs, zone);
  const lastInstant = toMs === undefined ? undefined : localDateOf(toMs - 1, zone);
  const dateTo = dateOf(request.dateTo ?? '') ?? lastInstant ?? addDays(dateFrom, daysDefault - 1);
  const field = request.dateTo ? 'date_to' : request.dateTimeTo ? 'date_time_to' : 'date_from';
  const dayCount = daysBetween(dateFrom, dateTo) + 1;
  if (dayCount < 1) return { errors: { [field]: ['The end must not be before the start.'] } };
  if (dayCount > maxHorizonDays) return { errors: { [field]: [`At most ${maxHorizonDays} days can be asked for.`] } };
  return { dateFrom, dayCount, fromMs: fromMs ?? Number.NEGATIVE_INFINITY, toMs: toMs ?? Number.POSITIVE_INFINITY };
}
