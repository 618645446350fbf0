import type { DeviceDirection } from '@lido/proto/lido/checkin/v1/device.ts';
import type { Reason, Verdict } from './decision.ts';

/** What a guest reads at the door. Personal matters are kept between them and the reception. */
const denials: Record<Reason, string> = {
  device_not_allowed: 'Out of service',
  invalid_read: 'Please try again',
  duplicate: 'Please wait',
  unknown_medium: 'Card not known',
  medium_blocked: 'Card is blocked',
  customer_blocked: 'Please see reception',
  no_entitlement: 'No booking found',
  membership_not_active: 'Membership not active',
  payment_overdue: 'Please see reception',
  not_allowed_here: 'Not valid at this site',
  out_of_hours: 'Outside your hours',
  already_inside: 'Already checked in',
  reentry_too_soon: 'Please wait to re-enter',
  no_credits: 'No visits left',
  capacity_full: 'Full at the moment',
  decision_timeout: 'Please try again',
  internal_error: 'Please see reception',
  denied_offline: 'Please see reception',
  clock_ahead: 'Please see reception',
  granted: 'Please see reception',
};

/** The text of a verdict, short enough for a terminal's display. */
export function displayTextOf(
  { outcome, action, reason }: Pick<Verdict, 'outcome' | 'action' | 'reason'>,
  direction: DeviceDirection,
): string {
  if (outcome === 'denied') return denials[reason];
  const isLeaving = action === 'check_out' || direction === 'DEVICE_DIRECTION_OUT';
  return isLeaving ? 'Goodbye' : 'Welcome';
}
