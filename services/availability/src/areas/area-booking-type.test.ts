import { expect, test } from 'vitest';
import { areaBookingTypeErrors } from './area-booking-type.ts';

const fine = {
  startTimeInterval: 30,
  durationInterval: 60,
  minDuration: 60,
  maxDuration: 180,
  endBuffer: 15,
  minGuests: 1,
  maxGuests: 6,
};

test('an ordinary type is fine, and so is one with a single duration', () => {
  expect(areaBookingTypeErrors(fine)).toEqual({});
  expect(areaBookingTypeErrors({ ...fine, maxDuration: 60 })).toEqual({});
});

test.each([
  ['starts off the grid', { startTimeInterval: 7 }, ['start_time_interval']],
  ['steps off the grid', { durationInterval: 61 }, ['duration_interval']],
  ['a shortest duration off the grid', { minDuration: 61 }, ['min_duration']],
  ['a longest duration off the grid', { maxDuration: 181 }, ['max_duration']],
  ['a buffer off the grid', { endBuffer: 1 }, ['end_buffer']],
  ['a longest duration below the shortest', { maxDuration: 55 }, ['max_duration']],
  ['fewer guests at most than at least', { minGuests: 7 }, ['max_guests']],
  [
    'everything wrong at once',
    { endBuffer: 1, maxDuration: 54, maxGuests: 0 },
    ['max_duration', 'end_buffer', 'max_guests'],
  ],
])('%s is refused by its field', (_, change, fields) => {
  expect(Object.keys(areaBookingTypeErrors({ ...fine, ...change }))).toEqual(fields);
});
