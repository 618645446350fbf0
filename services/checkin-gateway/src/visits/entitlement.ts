import { localDateOf } from '@lido/runtime/time/zone.ts';
import type { DecisionInput, HeldMembership, Holder, Reason } from './decision.ts';
import { isOpenAt } from './opening-hours.ts';

/** What lets a customer in, or the first reason why nothing does. A membership whose visits are used up is spent. */
export type Entitlement =
  | { readonly membershipId: string | null; readonly isSpent: boolean }
  | { readonly refusal: Reason };

/** What somebody holds. */
export type Entitled = Pick<Holder, 'memberships' | 'bookings' | 'admission'>;

/** Where, when and by which rules they come. */
export type Circumstances = Pick<DecisionInput, 'nowMs' | 'site' | 'policy'>;

/** The attention reasons that speak of money owed; the others ask for paperwork and keep no door shut. */
const paymentReasons: readonly string[] = ['setup_unpaid', 'payment_failed', 'payment_disputed', 'payment_outstanding'];

/**
 * The statuses of a membership that was confirmed and not ended. Whether it has begun is asked of its dates: no event tells
 * that an upcoming membership has become active overnight.
 */
const runningStatuses: readonly string[] = ['active', 'upcoming', 'needs_attention'];

const minuteMs = 60_000;

/**
 * Entry needs an active membership of this site, or a booking here from `bookingEarlyMinutes` before it until its end.
 * A guest with a booking is expected, so opening hours limit memberships only.
 */
export function findEntitlement(holder: Entitled, input: Circumstances): Entitlement {
  if (holder.admission === 'anybody_known') return { membershipId: null, isSpent: false };
  const entitlement = findByRules(holder, input);
  // Where facts are missing, what is there may let in but can not refuse.
  const isLetIn = 'membershipId' in entitlement && !entitlement.isSpent;
  return holder.admission === 'only_certain' && !isLetIn ? { refusal: 'internal_error' } : entitlement;
}

/**
 * The membership that a tap's holder comes in by, whatever else keeps them out or whichever way they go; null where it is none. It
 * does not depend on visits, so that it is the same in whatever order taps are heard of, unless they hold two that are for so many visits.
 */
export function membershipOf({ holder, ...input }: DecisionInput): string | null {
  const entitlement = holder && findEntitlement(holder, input);
  return entitlement && 'membershipId' in entitlement ? entitlement.membershipId : null;
}

function findByRules(holder: Entitled, input: Circumstances): Entitlement {
  const ofSite = holder.memberships.filter(({ siteId }) => siteId === input.site.id);
  // What is wrong with a membership of this site says more than that there is another one elsewhere.
  const judged = ofSite.length > 0 ? ofSite : holder.memberships;
  const active = judged.filter((membership) => isActive(membership, input));
  const paid = input.policy.paymentRequired ? active.filter((membership) => !isPaymentOverdue(membership)) : active;
  const here = paid.filter(({ siteId }) => siteId === input.site.id);
  const unlimited = here.find(({ visitsRemaining }) => visitsRemaining === null);
  // Whoever comes for what they have booked does not use up a visit.
  if (hasBookingNow(holder, input)) return { membershipId: unlimited?.id ?? null, isSpent: false };
  const chosen = unlimited ?? here.find((membership) => !isSpent(membership)) ?? here[0];
  if (holder.memberships.length === 0) return { refusal: 'no_entitlement' };
  if (active.length === 0) return { refusal: 'membership_not_active' };
  if (paid.length === 0) return { refusal: 'payment_overdue' };
  if (!chosen) return { refusal: 'not_allowed_here' };
  if (!isOpenAt(input.site, input.nowMs)) return { refusal: 'out_of_hours' };
  return { membershipId: chosen.id, isSpent: isSpent(chosen) };
}

function isSpent({ visitsRemaining }: HeldMembership): boolean {
  return visitsRemaining !== null && visitsRemaining <= 0;
}

function isActive(
  { status, startDate, endDate }: HeldMembership,
  { nowMs, site }: Pick<DecisionInput, 'nowMs' | 'site'>,
): boolean {
  if (!runningStatuses.includes(status)) return false;
  const today = localDateOf(nowMs, site.zone);
  return startDate <= today && (endDate === null || today <= endDate);
}

function isPaymentOverdue({ status, attentionReason }: HeldMembership): boolean {
  return status === 'needs_attention' && attentionReason !== null && paymentReasons.includes(attentionReason);
}

function hasBookingNow(holder: Entitled, { nowMs, site, policy }: Circumstances): boolean {
  const earlyMs = policy.bookingEarlyMinutes * minuteMs;
  return holder.bookings.some(
    ({ siteId, startMs, endMs }) => siteId === site.id && startMs - earlyMs <= nowMs && nowMs < endMs,
  );
}
