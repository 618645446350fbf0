import type { DeviceDirection } from '@lido/proto/lido/checkin/v1/device.ts';
import type { OpeningException, OpeningHours } from '@lido/proto/lido/customers/v1/site.ts';
import type { Admission } from '../projections/trust.ts';
import type { VisitPolicy } from './policy.ts';

/** Why a tap was decided so. Stable: operators, reports and integrations rely on these words. */
export const reasons = [
  'device_not_allowed',
  'invalid_read',
  'duplicate',
  'unknown_medium',
  'medium_blocked',
  'customer_blocked',
  'no_entitlement',
  'membership_not_active',
  'payment_overdue',
  'not_allowed_here',
  'out_of_hours',
  'already_inside',
  'reentry_too_soon',
  'no_credits',
  'capacity_full',
  'decision_timeout',
  'internal_error',
  /** A device without a connection denied what we would have granted. */
  'denied_offline',
  /** A device's journal tells of a time that has not come. */
  'clock_ahead',
  'granted',
] as const;

export type Reason = (typeof reasons)[number];

export type Outcome = 'granted' | 'denied';
export type Action = 'check_in' | 'check_out' | 'none';

/** What the rules say of a tap, before it becomes an answer at the door. */
export interface Verdict {
  readonly outcome: Outcome;
  readonly reason: Reason;
  readonly action: Action;
  /** Rules that were broken but did not deny. */
  readonly flags: readonly Reason[];
}

/** After this long a denial is sent, and a decision that comes later neither opens the door nor writes a check-in. */
export const decisionDeadlineMs = 1_500;

export interface Relay {
  readonly id: number;
  readonly onTimeMs: number;
}

/** The answer to a tap, as it is stored and as every adapter understands it. */
export interface Decision {
  readonly eventId: string;
  readonly outcome: Outcome;
  readonly reason: Reason;
  readonly action: Action;
  readonly displayText: string;
  readonly unlockMs: number;
  readonly relays: readonly Relay[];
  readonly checkInId: string | null;
  readonly flags: readonly Reason[];
  /** Until when the facts were complete that this rests on, where they were no longer fresh: an ISO instant. */
  readonly asOf: string | null;
  readonly decidedInMs: number;
}

export type MediumState = 'unknown' | 'blocked' | 'active';

/** A membership as its owner tells of it. Dates are the site's local dates, both inclusive. */
export interface KnownMembership {
  readonly id: string;
  readonly siteId: string;
  readonly status: string;
  readonly attentionReason: string | null;
  readonly startDate: string;
  readonly endDate: string | null;
  /** How many visits all its members have together; null for any number. */
  readonly visitLimit: number | null;
}

/** The same as far as doors care. */
export interface HeldMembership extends Omit<KnownMembership, 'visitLimit'> {
  /** How many visits are left, which may be fewer than none where readers let in by themselves; null for any number. */
  readonly visitsRemaining: number | null;
}

/** A booked stretch of time at a site, in epoch milliseconds. */
export interface HeldBooking {
  readonly siteId: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** Where and when the door is. */
export interface DoorSite {
  readonly id: string;
  readonly zone: string;
  /** No hours at all mean that the site does not limit them. */
  readonly openingHours: readonly OpeningHours[];
  readonly openingExceptions: readonly OpeningException[];
}

export interface OpenVisit {
  readonly id: string;
  readonly siteId: string;
  readonly zone: string | null;
  readonly checkedInMs: number;
  /** False where the reader has told that nobody went through. */
  readonly isEntered: boolean;
}

/** What is known of who holds the medium. */
export interface Holder {
  readonly customerId: string;
  /** Banned from doors by the operator; a locked profile is another thing and denies no door. */
  readonly isBlocked: boolean;
  readonly memberships: readonly HeldMembership[];
  readonly bookings: readonly HeldBooking[];
  readonly admission: Admission;
  readonly openVisit: OpenVisit | undefined;
  /** When their latest closed visit at this site ended. */
  readonly lastCheckedOutMs: number | undefined;
}

/** How many more visitors there is room for; null without a limit. */
export interface PlacesLeft {
  readonly site: number | null;
  /** Behind this door. */
  readonly zone: number | null;
}

/** Everything a decision depends on. */
export interface DecisionInput {
  readonly nowMs: number;
  readonly isDeviceAllowed: boolean;
  readonly direction: DeviceDirection;
  /** The zone the door leads to. */
  readonly zone: string | null;
  readonly isReadable: boolean;
  /** The decision of the first tap of the same medium at the same reader within the duplicate window. */
  readonly previous: Decision | undefined;
  readonly mediumState: MediumState;
  readonly holder: Holder | undefined;
  readonly site: DoorSite;
  readonly policy: VisitPolicy;
  readonly placesLeft: PlacesLeft;
}
