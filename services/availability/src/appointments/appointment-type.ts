import type { FieldErrors } from '@lido/runtime/errors/refusal.ts';
import { guestRangeErrors } from '../offerings/guest-range.ts';

interface AppointmentTypeTimes {
  durations: number[];
  startTimeInterval: number;
  endBuffer: number;
  practitionersPerGuest: number;
  minGuests: number;
  maxGuests: number;
}

const gridMinutes = 5;
const practitionersPerGuestMax = 10;

/** What is wrong with an appointment type's numbers: all times are multiples of the solver's 5 minutes. */
export function appointmentTypeErrors(type: AppointmentTypeTimes): FieldErrors {
  const errors = guestRangeErrors(type);
  const offGrid = (minutes: number): boolean => minutes % gridMinutes !== 0;
  if (type.durations.length === 0) errors['durations'] = ['At least one duration is needed.'];
  const badDuration = type.durations.findIndex((minutes) => minutes <= 0 || minutes > 1_440 || offGrid(minutes));
  if (badDuration >= 0) errors[`durations.${badDuration}`] = ['A duration is 5 to 1440 minutes, a multiple of 5.'];
  if (offGrid(type.startTimeInterval))
    errors['start_time_interval'] = ['The interval must be a multiple of 5 minutes.'];
  if (offGrid(type.endBuffer)) errors['end_buffer'] = ['The buffer must be a multiple of 5 minutes.'];
  if (!(type.practitionersPerGuest > 0 && type.practitionersPerGuest <= practitionersPerGuestMax)) {
    errors['practitioners_per_guest'] = [
      `Between 0 (exclusive) and ${practitionersPerGuestMax} practitioners can treat a guest.`,
    ];
  }
  return errors;
}
