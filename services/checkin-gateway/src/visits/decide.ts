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
  const entitlement = findEntitlement(holder, input);
  if ('refusal' in entitlement) return denied(entitlement.refusal);
  return action === 'none' ? granted('none') : arrive(holder, input, entitlement.membershipId);
}

function arrive(holder: Holder, input: DecisionInput, membershipId: string | null): Verdict {
  const visit = openVisitHere(input);
  if (visit) return arriveAgain(visit, input, membershipId);
  const { lastCheckedOutMs } = holder;
  const backMs = (lastCheckedOutMs ?? -Infinity) + input.policy.reentryDelaySeconds * secondMs;
  return input.nowMs < backMs ? denied('reentry_too_soon') : { ...granted('check_in'), membershipId };
}

/** Somebody comes in who never left. What that means is the site's choice; within the least stay it never is a second visit. */
function arriveAgain(visit: OpenVisit, input: DecisionInput, membershipId: string | null): Verdict {
  const { antiPassback, antiPassbackMinutes } = input.policy;
  const isTooSoon = input.nowMs < visit.checkedInMs + antiPassbackMinutes * minuteMs;
  if (antiPassback === 'hard' || (antiPassback === 'timed' && isTooSoon)) return denied('already_inside');
  const flags: Reason[] = antiPassback === 'off' ? [] : ['already_inside'];
  if (isWithinMinStay(visit, input)) return { ...granted('none'), flags };
  return { ...granted('check_in'), membershipId, flags };
}

function openVisitHere({ holder, site }: DecisionInput): OpenVisit | undefined {
  return holder?.openVisit?.siteId === site.id ? holder.openVisit : undefined;
}

function isWithinMinStay(visit: OpenVisit, { nowMs, policy }: DecisionInput): boolean {
  return nowMs < visit.checkedInMs + policy.minStaySeconds * secondMs;
}

function granted(action: Action): Verdict {
  return { outcome: 'granted', reason: 'granted', action, membershipId: null, flags: [] };
}

function denied(reason: Reason): Verdict {
  return { outcome: 'denied', reason, action: 'none', membershipId: null, flags: [] };
}
