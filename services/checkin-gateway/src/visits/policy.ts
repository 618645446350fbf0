/** What happens to somebody who comes in while their visit is still open. */
export type AntiPassback = 'off' | 'soft' | 'hard' | 'timed';

/** The rules a site may choose; every duration names its unit. */
export interface VisitPolicy {
  /** A repeat of the first tap within this time is the same tap; the window does not slide. */
  readonly duplicateMs: number;
  /** A toggle reader takes a second tap within this time for a repeat, not for leaving. */
  readonly minStaySeconds: number;
  /** A visit that nobody ended is closed after this time. */
  readonly maxVisitMinutes: number;
  /** A booking opens the door from this long before it to its end. */
  readonly bookingEarlyMinutes: number;
  readonly antiPassback: AntiPassback;
  /** For how long `timed` denies. */
  readonly antiPassbackMinutes: number;
  /** How long after leaving one may not come back; 0 for no limit. */
  readonly reentryDelaySeconds: number;
  /** Whether a membership whose payment is overdue keeps the door shut. */
  readonly isPaymentRequired: boolean;
}

/**
 * The rules of a site that has not chosen. Anti-passback is timed: it stops a card handed back over the barrier,
 * and a site whose readers only let people in does not lock its members out for the rest of the day.
 */
export const defaultPolicy: VisitPolicy = {
  duplicateMs: 2_000,
  minStaySeconds: 60,
  maxVisitMinutes: 240,
  bookingEarlyMinutes: 60,
  antiPassback: 'timed',
  antiPassbackMinutes: 5,
  reentryDelaySeconds: 0,
  isPaymentRequired: true,
};
