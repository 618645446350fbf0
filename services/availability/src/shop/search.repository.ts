import type { Site } from '@lido/proto/lido/customers/v1/site.ts';
import { invalid, notFound } from '@lido/runtime/errors/refusal.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import { visibleSites } from '@lido/runtime/grpc/principal.ts';
import { describeFormat, hasFormat } from '@lido/runtime/rest/formats.ts';
import { addDays, daysBetween, localDateOf } from '@lido/runtime/time/zone.ts';
import { guestsOf } from '../bookings/booking.repository.ts';
import type { BookingParts } from '../bookings/parts.ts';
import { customerOf } from '../order-cards/order-card.repository.ts';
import { findOffering, type Offering } from '../offerings/offering.ts';
import { asksForMembership, membershipTypesOf } from '../offerings/memberships.client.ts';
import type { VersionedSite } from '../sites/compiled-sites.repository.ts';
import { datesCovered, maxHorizonDays } from '../solver/horizon.ts';
import type { AppointmentType, SlotQuery } from '../solver/model.ts';
import { localDate } from './local-date.ts';

/** Local dates, both inclusive, within what can be searched. */
export interface DateRange {
  dateFrom: string;
  dateTo: string;
}

interface RangeRequest {
  dateFrom?: string | null | undefined;
  dateTo?: string | null | undefined;
  dateTimeFrom?: string | null | undefined;
  dateTimeTo?: string | null | undefined;
}

/** The whole local days that a request's range touches; without any range, today. Bounds may be dates or instants. */
export function rangeOf(request: RangeRequest, site: Site, nowMs: number): DateRange {
  const { timezone } = site;
  const dateFrom = localDate(request.dateTimeFrom ?? request.dateFrom, timezone) ?? localDateOf(nowMs, timezone);
  const dateTo = localDate(request.dateTimeTo ?? request.dateTo, timezone) ?? dateFrom;
  return checkedRange({ dateFrom, dateTo });
}

/** Refuses a range that is none of the calendar's, ends before it begins or is longer than a year. */
export function checkedRange({ dateFrom, dateTo }: DateRange): DateRange {
  for (const [field, date] of Object.entries({ date_from: dateFrom, date_to: dateTo })) {
    if (!hasFormat('FORMAT_DATE', date))
      throw invalid({ [field]: [`The ${field} field must be ${describeFormat('FORMAT_DATE')}.`] });
  }
  if (dateTo < dateFrom) throw invalid({ date_to: ['The last date must not be before the first.'] });
  if (daysBetween(dateFrom, dateTo) >= maxHorizonDays)
    throw invalid({ date_to: [`A search covers up to ${maxHorizonDays} days.`] });
  return { dateFrom, dateTo };
}

/** Every date of a range, in order. */
export function datesOf({ dateFrom, dateTo }: DateRange): string[] {
  return Array.from({ length: daysBetween(dateFrom, dateTo) + 1 }, (_, days) => addDays(dateFrom, days));
}

/** The part of a range that can hold bookable starts: nothing is bookable before today or beyond the year the solver sees. */
export function searchable({ dateFrom, dateTo }: DateRange, { compiled }: VersionedSite): DateRange | undefined {
  const [today, last] = datesCovered(compiled.horizon);
  const clipped = { dateFrom: dateFrom < today ? today : dateFrom, dateTo: dateTo > last ? last : dateTo };
  return clipped.dateTo < clipped.dateFrom ? undefined : clipped;
}

/** Who is to take part. */
export interface GuestFilter {
  basketId?: string | null | undefined;
  guestId?: string | null | undefined;
  quantity?: number | null | undefined;
}

/** What narrows a search for an appointment's starts. */
export interface SlotFilter extends GuestFilter {
  duration?: number | null | undefined;
  practitionerId: string[];
  roomId?: string | null | undefined;
  excludeAppointments: string[];
  excludeBookings: string[];
  excludeBasketItems: string[];
}

/** A site, one of its offerings, and the site's compiled state, or the 404 that any of them deserves. */
export interface Target {
  site: Site;
  offering: Offering;
  versioned: VersionedSite;
}

/** Names a site and one of its offerings. */
export interface TargetId {
  siteId: string;
  offeringType: string;
  offeringId: string;
}

/** Finds what a search is about. Anybody may ask: a shop's offerings are public, the private ones reachable by their ids. */
export async function findTarget(
  parts: BookingParts,
  { siteId, offeringType, offeringId }: TargetId,
  call: Call,
): Promise<Target> {
  const versioned = await findSite(parts, siteId, call);
  const offering = findOffering(versioned.offerings, offeringType, offeringId);
  if (!offering || (isShopper(call, versioned.site) && !offering.row.offeredOnline)) throw notFound(offeringId);
  return { site: versioned.site, offering, versioned };
}

/** A site with its offerings by its id, whoever asks. */
export async function findSite(parts: BookingParts, siteId: string, call: Call): Promise<VersionedSite> {
  const versioned = await parts.compiledSites.get(siteId, call);
  if (!versioned) throw notFound(siteId);
  return versioned;
}

/** Whether the caller sees only what is offered online, as everybody does who does not work at the site. */
export function isShopper({ principal }: Call, site: Site): boolean {
  const sites = visibleSites(principal);
  return sites !== undefined && !(principal.organisationId === site.organisationId && sites.includes(site.id));
}

/** A search: what is asked about, on which dates, narrowed how. */
export interface Search {
  target: Target;
  filter: SlotFilter;
  range: DateRange;
}

/** The solver's question for a search: who takes part follows the request, then the basket, then the type. */
export async function slotQuery(
  parts: BookingParts,
  { target, filter, range }: Search,
  call: Call,
): Promise<SlotQuery> {
  const type = appointmentType(target);
  const { guests, guestIds } = await whoComes(filter, type, call);
  const durationMinutes = filter.duration ?? type.durationsMinutes[0] ?? 0;
  if (!type.durationsMinutes.includes(durationMinutes)) {
    throw invalid({ duration: [`The duration must be one of ${type.durationsMinutes.join(', ')} minutes.`] });
  }
  return {
    appointmentTypeId: type.id,
    ...range,
    nowMs: call.clock.nowMs(),
    durationMinutes,
    guests,
    practitionerIds: filter.practitionerId,
    ...(filter.roomId && { roomIds: [filter.roomId] }),
    guestIds,
    excludeBookingIds: [...filter.excludeAppointments, ...filter.excludeBookings],
    excludeItemIds: filter.excludeBasketItems,
    memberships: await membershipsOf(parts, target, filter.basketId, call),
  };
}

/**
 * Who takes part: the quantity asked for, else the named guest or the basket's guests, as many as there can be of them. Of a basket only
 * those are known who hold time, so that nobody is refused for a number that they have not sent.
 */
export async function whoComes(
  filter: GuestFilter,
  { minGuests, maxGuests }: { minGuests: number; maxGuests: number },
  call: Call,
): Promise<{ guests: number; guestIds: string[] }> {
  const basketGuests = filter.basketId ? await guestsOf(call.em, filter.basketId) : [];
  const guestIds = filter.guestId ? [filter.guestId] : basketGuests;
  const guests = filter.quantity ?? Math.min(maxGuests, Math.max(minGuests, guestIds.length));
  if (guests < minGuests || guests > maxGuests)
    throw invalid({ quantity: [`This is for ${minGuests} to ${maxGuests} guests.`] });
  return { guests, guestIds };
}

/**
 * The memberships that count where the offering asks for any: a customer's own, for others of the organisation those of the customer
 * whose basket they name, as when its items are held.
 */
export async function membershipsOf(
  parts: BookingParts,
  { offering, site }: Target,
  basketId: string | null | undefined,
  call: Call,
): Promise<{ typeId: string }[]> {
  if (!asksForMembership(offering)) return [];
  const { kind, id, organisationId } = call.principal;
  const isCustomer = kind === 'KIND_CUSTOMER';
  const customerId = isCustomer
    ? id
    : basketId
      ? await customerOf(call.em, { orderId: basketId, organisationId })
      : null;
  return membershipTypesOf(parts, customerId, site.organisationId, call);
}

/** The compiled appointment type of a target. */
export function appointmentType({ offering, versioned }: Target): AppointmentType {
  const type = versioned.compiled.types.get(offering.row.id);
  if (!type) throw notFound(offering.row.id);
  return type;
}
