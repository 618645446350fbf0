import type { FieldErrors } from '@lido/runtime/errors/refusal.ts';
import { minutesPerBucket } from '@lido/runtime/time/local-day.ts';
import { guestRangeErrors } from '../offerings/guest-range.ts';

interface AreaBookingTimes {
  startTimeInterval: number;
  durationInterval: number;
  minDuration: number;
  maxDuration: number;
  endBuffer: number;
  minGuests: number;
  maxGuests: number;
}

/** What is wrong with an area booking type's numbers: all times are multiples of the solver's 5 minutes. */
export function areaBookingTypeErrors(type: AreaBookingTimes): FieldErrors {
  const errors: FieldErrors = {};
  const times = [
    ['start_time_interval', 'interval', type.startTimeInterval],
    ['duration_interval', 'interval', type.durationInterval],
    ['min_duration', 'duration', type.minDuration],
    ['max_duration', 'duration', type.maxDuration],
    ['end_buffer', 'buffer', type.endBuffer],
  ] as const;
  for (const [field, noun, minutes] of times) {
    if (minutes % minutesPerBucket !== 0)
      errors[field] = [`The ${noun} must be a multiple of ${minutesPerBucket} minutes.`];
  }
  if (type.maxDuration < type.minDuration)
    (errors['max_duration'] ??= []).push('The longest duration must not be below the shortest.');
  return { ...errors, ...guestRangeErrors(type) };
}
