import { bucketMs } from '@lido/runtime/time/local-day.ts';
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
    earliestMs: minAdvance === null ? query.nowMs : later(query.nowMs, minAdvance, zone),
    latestMs: maxAdvance === null ? Number.POSITIVE_INFINITY : later(query.nowMs, maxAdvance, zone),
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

const laterLimit = 512;
const laterOf = new Map<string, { readonly fromMs: number; readonly toMs: number }>();

/**
 * The instant a duration after now. Clocks change between the buckets of the grid, so within a bucket the answer moves on as now does, and
 * the calendar, which costs more than a search, is asked once per bucket.
 */
function later(nowMs: number, duration: string, zone: string): number {
  const fromMs = nowMs - (nowMs % bucketMs);
  const key = `${duration} ${zone}`;
  let known = laterOf.get(key);
  if (known?.fromMs !== fromMs) {
    if (laterOf.size >= laterLimit) laterOf.clear();
    known = { fromMs, toMs: addDuration(fromMs, duration, zone) };
    laterOf.set(key, known);
  }
  return known.toMs + (nowMs - fromMs);
}
