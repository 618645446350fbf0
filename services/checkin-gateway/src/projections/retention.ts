const dayMs = 86_400_000;

/**
 * How long booked times are kept after their end, in milliseconds. A reader that was cut off may bring its journal weeks later,
 * and what it let in is judged by the bookings of then.
 */
export const bookingsKeptMs = 30 * dayMs;

/** The activity log answers for ranges of up to a year, and last year's are still asked for. */
export const bookedItemsKeptMs = 800 * dayMs;
