import { expect, test } from 'vitest';
import { restrictionErrors, toSolverRestriction } from './restriction.ts';

const specific = {
  type: 'APPOINTMENT_RESTRICTION_TYPE_CANNOT_OFFER',
  appliesToType: 'RESTRICTED_APPOINTMENTS_SPECIFIC',
  appointmentTypeIds: ['massage'],
  categoryIds: [],
  dateFrom: null,
  dateTo: null,
  maxDuration: null,
} as const;
const restriction = (extra: object = {}) => ({
  ...specific,
  appointmentTypeIds: ['massage'],
  categoryIds: [],
  ...extra,
});

test('one that names what it applies to is fine', () => {
  expect(restrictionErrors(restriction())).toEqual({});
  const byCategory = { appliesToType: 'RESTRICTED_APPOINTMENTS_CATEGORIES', categoryIds: ['face'] };
  expect(restrictionErrors(restriction(byCategory))).toEqual({});
  expect(restrictionErrors(restriction({ dateFrom: '2026-05-01', dateTo: '2026-05-01' }))).toEqual({});
});

test.each([
  [{ appointmentTypeIds: [] }, 'appointment_type_ids'],
  [{ appliesToType: 'RESTRICTED_APPOINTMENTS_CATEGORIES' }, 'category_ids'],
  [{ type: 'APPOINTMENT_RESTRICTION_TYPE_MAX_DURATION' }, 'max_duration'],
  [{ dateFrom: '2026-05-02', dateTo: '2026-05-01T23:00:00Z' }, 'date_to'],
])('%j is refused by %s', (extra, field) => {
  expect(Object.keys(restrictionErrors(restriction(extra)))).toEqual([field]);
});

test('a maximum of no minutes is one', () => {
  const none = restriction({ type: 'APPOINTMENT_RESTRICTION_TYPE_MAX_DURATION', maxDuration: 0 });
  expect(restrictionErrors(none)).toEqual({});
  expect(toSolverRestriction(none)).toMatchObject({ type: 'max_duration', maxDurationMinutes: 0 });
});

test('the solver sees the dates of date-times', () => {
  expect(toSolverRestriction(restriction({ dateFrom: '2026-05-01T00:00:00.000Z' }))).toEqual({
    type: 'cannot_offer',
    appliesTo: 'specific',
    appointmentTypeIds: ['massage'],
    categoryIds: [],
    dateFrom: '2026-05-01',
    dateTo: null,
    maxDurationMinutes: null,
  });
});
