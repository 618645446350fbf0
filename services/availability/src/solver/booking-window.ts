import { addDuration } from '@lido/runtime/time/zone.ts';
import type { AppointmentType, SlotQuery } from './model.ts';

/** Who may book an offering, and how far ahead. */
export type BookingRules = Pick<
  AppointmentType,
  | 'minAdvance'
  | 'maxAdvance'
  | 'membersOnly'
  | 'permittedMembershipTypeIds'
  | 'membershipBookingWindowsEnabled'
  | 'membershipBookingWindows'
>;

/** Who asks, and when. */
export type Asker = Pick<SlotQuery, 'nowMs' | 'memberships'>;

/** Starts from `earliestMs` to `latestMs`, both included, may be booked now. */
export interface BookingWindow {
  readonly earliestMs: number;
  readonly latestMs: number;
}

/**
 * The windows in which a customer may book: those of the membership types the customer holds when the type has such windows, else the
 * type's own. Durations are added by the calendar of the zone; no maximum means no end.
 */
export function bookingWindows(type: BookingRules, query: Asker, zone: string): BookingWindow[] {
  const own = type.membershipBookingWindowsEnabled
    ? type.membershipBookingWindows.filter(({ membershipTypeId }) => holds(query, membershipTypeId))
    : [];
  return (own.length > 0 ? own : [type]).map(({ minAdvance, maxAdvance }) => ({
    earliestMs: minAdvance === null ? query.nowMs : addDuration(query.nowMs, minAdvance, zone),
    latestMs: maxAdvance === null ? Number.POSITIVE_INFINITY : addDuration(query.nowMs, maxAdvance, zone),
  }));
}

/** Whether the customer's memberships open a type that is for members, or for some kinds of members, only. */
export function isPermitted(type: BookingRules, query: Asker): boolean {
  if (type.permittedMembershipTypeIds.length > 0) return type.permittedMembershipTypeIds.some((id) => holds(query, id));
  return !type.membersOnly || query.memberships.length > 0;
}

function holds(query: Asker, membershipTypeId: string): boolean {
  return query.memberships.some(({ typeId }) => typeId === membershipTypeId);
}
