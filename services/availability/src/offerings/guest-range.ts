import type { FieldErrors } from '@lido/runtime/errors/refusal.ts';

/** What is wrong with the numbers of guests that an offering is for. */
export function guestRangeErrors({ minGuests, maxGuests }: { minGuests: number; maxGuests: number }): FieldErrors {
  return maxGuests < minGuests ? { max_guests: ['The largest number of guests must not be below the smallest.'] } : {};
}
