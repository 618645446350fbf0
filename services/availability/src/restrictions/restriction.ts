import type { AppointmentRestriction } from '@lido/proto/lido/availability/v1/appointment_restriction.ts';
import type { FieldErrors } from '@lido/runtime/errors/refusal.ts';
import { dateOnly } from '../offerings/rule.ts';
import type { AppointmentRestriction as SolverRestriction } from '../solver/model.ts';
import type { RestrictionRow } from './restriction.entity.ts';

type Restriction = Pick<
  RestrictionRow,
  'type' | 'appliesToType' | 'appointmentTypeIds' | 'categoryIds' | 'dateFrom' | 'dateTo' | 'maxDuration'
>;

/** What is wrong with a restriction: nothing it applies to, a daily maximum without its minutes, an end before the start. */
export function restrictionErrors(restriction: Restriction): FieldErrors {
  const { type, appliesToType, appointmentTypeIds, categoryIds, maxDuration } = restriction;
  const errors: FieldErrors = {};
  if (appliesToType === 'RESTRICTED_APPOINTMENTS_SPECIFIC' && appointmentTypeIds.length === 0)
    errors['appointment_type_ids'] = ['At least one appointment type is needed where it applies to specific ones.'];
  if (appliesToType === 'RESTRICTED_APPOINTMENTS_CATEGORIES' && categoryIds.length === 0)
    errors['category_ids'] = ['At least one category is needed where it applies to categories.'];
  if (type === 'APPOINTMENT_RESTRICTION_TYPE_MAX_DURATION' && typeof maxDuration !== 'number')
    errors['max_duration'] = ['The minutes of a day are needed for a maximum duration.'];
  const { dateFrom, dateTo } = datesOf(restriction);
  if (dateFrom !== null && dateTo !== null && dateTo < dateFrom)
    errors['date_to'] = ['The last date must not be before the first.'];
  return errors;
}

/** A restriction as clients see it, but for the names of what it applies to. */
export function toRestriction(row: RestrictionRow): AppointmentRestriction {
  return { ...row, ...datesOf(row), appointmentTypes: [], categories: [] };
}

/** A restriction as the solver reads it. */
export function toSolverRestriction(restriction: Restriction): SolverRestriction {
  const { type, appliesToType, appointmentTypeIds, categoryIds, maxDuration } = restriction;
  return {
    type: type === 'APPOINTMENT_RESTRICTION_TYPE_MAX_DURATION' ? 'max_duration' : 'cannot_offer',
    appliesTo: appliesToType === 'RESTRICTED_APPOINTMENTS_CATEGORIES' ? 'categories' : 'specific',
    appointmentTypeIds,
    categoryIds,
    ...datesOf(restriction),
    maxDurationMinutes: maxDuration ?? null,
  };
}

function datesOf({ dateFrom, dateTo }: Pick<Restriction, 'dateFrom' | 'dateTo'>): {
  dateFrom: string | null;
  dateTo: string | null;
} {
  return { dateFrom: dateOnly(dateFrom), dateTo: dateOnly(dateTo) };
}
