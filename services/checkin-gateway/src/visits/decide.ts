import type { Action, DecisionInput, Holder, OpenVisit, Reason, Verdict } from './decision.ts';
import { findEntitlement } from './entitlement.ts';

const minuteMs = 60_000;
const secondMs = 1_000;

/**
 * Decides a tap: the first failing rule wins, in the order the reasons are published in. Whoever leaves is stopped only by
 * a reader that may not decide and by a medium that could not be read.
 */
export function decide(input: DecisionInput): Verdict {
  if (!input.isDeviceAllowed) return denied('device_not_allowed');
  if (!input.isReadable) return denied('invalid_read');
  if (input.previous) return { ...granted('none'), outcome: input.previous.outcome, reason: 'duplicate' };
  const visitHere = openVisitHere(input);
  switch (input.direction) {
    case 'DEVICE_DIRECTION_OUT':
      return granted(visitHere ? 'check_out' : 'none');
    case 'DEVICE_DIRECTION_TOGGLE':
      return visitHere ? leaveByToggle(visitHere, input) : enter(input, 'check_in');
    case 'DEVICE_DIRECTION_INNER':
      return enter(input, 'none');
    case 'DEVICE_DIRECTION_IN':
      return enter(input, 'check_in');
    case 'DEVICE_DIRECTION_UNSPECIFIED':
      return denied('device_not_allowed');
  }
}

/**
 * The verdict when no rule could be asked in time or at all. It keeps the door shut, except for whoever leaves: nobody is
 * locked in because a computer is slow.
 */
export function fallBack(
  direction: DecisionInput['direction'],
  reason: 'decision_timeout' | 'internal_error',
): Verdict {
  return direction === 'DEVICE_DIRECTION_OUT' ? { ...granted('none'), flags: [reason] } : denied(reason);
}

function leaveByToggle(visit: OpenVisit, input: DecisionInput): Verdict {
  return isWithinMinStay(visit, input) ? { ...granted('none'), reason: 'duplicate' } : granted('check_out');
}

function enter(input: DecisionInput, action: Action): Verdict {
  const { holder, mediumState } = input;
  if (mediumState === 'blocked') return denied('medium_blocked');
  if (mediumState === 'unknown' || !holder) return denied('unknown_medium');
  if (holder.isBlocked) return denied('customer_blocked');
  if (isStaff(input)) return granted('none');
  const entitlement = findEntitlement(holder, input);
  if ('refusal' in entitlement) return denied(entitlement.refusal);
  const visit = openVisitHere(input);
  if (action === 'none') return isFull(visit, input) ? denied('capacity_full') : granted('none');
  const again = visit && arriveAgain(visit, input);
  if (again?.outcome === 'denied' || again?.action === 'none') return again;
  if (!visit && isTooSoonBack(holder, input)) return denied('reentry_too_soon');
  if (entitlement.isSpent) return denied('no_credits');
  return isFull(visit, input) ? denied('capacity_full') : (again ?? granted('check_in'));
}

/** Whether the tap is of somebody who works at the site: their card opens its doors, and their coming is no visit. */
export function isStaff({ holder, policy }: Pick<DecisionInput, 'holder' | 'policy'>): boolean {
  return holder !== undefined && policy.staffCustomerIds.includes(holder.customerId);
}

function isTooSoonBack({ lastCheckedOutMs }: Holder, { nowMs, policy }: DecisionInput): boolean {
  return lastCheckedOutMs !== undefined && nowMs < lastCheckedOutMs + policy.reentryDelaySeconds * secondMs;
}

/** Whether there is no room where the door leads to. Who is inside already takes no second place. */
function isFull(visit: OpenVisit | undefined, { zone, placesLeft }: DecisionInput): boolean {
  if (!visit && placesLeft.site !== null && placesLeft.site <= 0) return true;
  return visit?.zone !== zone && placesLeft.zone !== null && placesLeft.zone <= 0;
}

/**
 * Somebody comes in who never left. What that means is the site's choice; within the least stay it never is a second visit. Whom the door
 * shut before they went through is not kept out.
 */
function arriveAgain(visit: OpenVisit, input: DecisionInput): Verdict {
  const { antiPassback, antiPassbackMinutes } = input.policy;
  const isTooSoon = input.nowMs < visit.checkedInMs + antiPassbackMinutes * minuteMs;
  const isDenied = antiPassback === 'ANTI_PASSBACK_HARD' || (antiPassback === 'ANTI_PASSBACK_TIMED' && isTooSoon);
  if (isDenied && visit.isEntered) return denied('already_inside');
  const flags: Reason[] = antiPassback === 'ANTI_PASSBACK_OFF' ? [] : ['already_inside'];
  return { ...granted(isWithinMinStay(visit, input) ? 'none' : 'check_in'), flags };
}

function openVisitHere({ holder, site }: DecisionInput): OpenVisit | undefined {
  return holder?.openVisit?.siteId === site.id ? holder.openVisit : undefined;
}

function isWithinMinStay(visit: OpenVisit, { nowMs, policy }: DecisionInput): boolean {
  return nowMs < visit.checkedInMs + policy.minStaySeconds * secondMs;
}

function granted(action: Action): Verdict {
  return { outcome: 'granted', reason: 'granted', action, flags: [] };
}

function denied(reason: Reason): Verdict {
  return { outcome: 'denied', reason, action: 'none', flags: [] };
}
