import type { AntiPassback } from '@lido/proto/lido/checkin/v1/visit_policy.ts';
import type { MovementRules } from './movement.ts';

/** The rules of a site; every duration names its unit. */
export interface VisitPolicy extends MovementRules {
  /** What happens to somebody who comes in while their visit is still open. */
  readonly antiPassback: AntiPassback;
  /** For how long the timed kind denies. */
  readonly antiPassbackMinutes: number;
  /** A booking opens the door from this long before it to its end. */
  readonly bookingEarlyMinutes: number;
  /** How long after leaving one may not come back; 0 for no limit. */
  readonly reentryDelaySeconds: number;
  /** Whether a membership whose payment is overdue keeps the door shut. */
  readonly paymentRequired: boolean;
  /** How many visitors the site holds; null for no limit. */
  readonly capacity: number | null;
  readonly zoneCapacities: readonly { readonly zone: string; readonly capacity: number }[];
  /** Whose cards open every door of the site and begin no visit. */
  readonly staffCustomerIds: readonly string[];
}

/**
 * The rules of a site that has not chosen. Anti-passback is timed: it stops a card handed back over the barrier,
 * and a site whose readers only let people in does not lock its members out for the rest of the day.
 */
export const defaultPolicy = {
  antiPassback: 'ANTI_PASSBACK_TIMED',
  antiPassbackMinutes: 5,
  duplicateMs: 2_000,
  minStaySeconds: 60,
  maxVisitMinutes: 240,
  bookingEarlyMinutes: 60,
  reentryDelaySeconds: 0,
  paymentRequired: true,
  capacity: null,
  zoneCapacities: [],
  staffCustomerIds: [],
} as const satisfies VisitPolicy;
