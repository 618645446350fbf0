import { expect, test } from 'vitest';
import { appointmentTypeErrors } from './appointment-type.ts';

const fine = {
  durations: [60, 90],
  startTimeInterval: 15,
  endBuffer: 10,
  practitionersPerGuest: 0.5,
  minGuests: 1,
  maxGuests: 4,
};

test('an ordinary type is fine', () => {
  expect(appointmentTypeErrors(fine)).toEqual({});
});

test.each([
  ['no duration', { durations: [] }, 'durations'],
  ['a duration off the grid', { durations: [60, 61] }, 'durations.1'],
  ['a duration longer than a day', { durations: [1_445] }, 'durations.0'],
  ['an interval off the grid', { startTimeInterval: 7 }, 'start_time_interval'],
  ['a buffer off the grid', { endBuffer: 1 }, 'end_buffer'],
  ['fewer guests at most than at least', { minGuests: 3, maxGuests: 2 }, 'max_guests'],
  ['nobody per guest', { practitionersPerGuest: 0 }, 'practitioners_per_guest'],
])('%s is refused by its field', (_, change, field) => {
  expect(Object.keys(appointmentTypeErrors({ ...fine, ...change }))).toEqual([field]);
});
