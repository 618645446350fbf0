import type { OfferingDate } from '@lido/proto/lido/availability/v1/shop.ts';
import { invalid, notFound } from '@lido/runtime/errors/refusal.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import type { BookingParts } from '../bookings/parts.ts';
import { findBookableAreaDates } from '../solver/areas/area-dates.ts';
import type { AreaBookingType } from '../solver/model.ts';
import { type AreaQuery, durationsOf } from '../solver/areas/area-model.ts';
import { gridText } from '../solver/find-slots.ts';
import { type DateRange, type GuestFilter, membershipsOf, type Target, whoComes } from './search.repository.ts';

/** What narrows a search for an area's starts. */
export interface AreaFilter extends GuestFilter {
  duration?: number | null | undefined;
  excludeBookings?: string[];
  excludeBasketItems?: string[];
}

/** The solver's question for a search; without a duration it is about all of the type's. */
export async function areaQuery(
  parts: BookingParts,
  { target, filter, range }: { target: Target; filter: AreaFilter; range: DateRange },
  call: Call,
): Promise<AreaQuery> {
  const type = areaBookingType(target);
  const durations = durationsOf(type);
  if (filter.duration && !durations.includes(filter.duration))
    throw invalid({ duration: [`The duration must be one of ${durations.join(', ')} minutes.`] });
  return {
    areaBookingTypeId: type.id,
    ...range,
    nowMs: call.clock.nowMs(),
    ...(filter.duration && { durationMinutes: filter.duration }),
    ...(await whoComes(filter, type, call)),
    ...(filter.basketId && { orderId: filter.basketId }),
    excludeBookingIds: filter.excludeBookings ?? [],
    excludeItemIds: filter.excludeBasketItems ?? [],
    memberships: await membershipsOf(parts, target, filter.basketId, call),
  };
}

/** For each date of a range whether an area can be booked, and its first and last start. */
export async function areaDates(
  parts: BookingParts,
  search: { target: Target; filter: AreaFilter; range: DateRange },
  call: Call,
): Promise<OfferingDate[]> {
  const query = await areaQuery(parts, search, call);
  const { compiled } = search.target.versioned;
  const text = (epochMs: number | null): string | null => (epochMs === null ? null : gridText(compiled, epochMs));
  return findBookableAreaDates(compiled, query).map(({ date, hasAvailability, bookableFromMs, bookableToMs }) => ({
    ...{ date, hasAvailability, canEnquire: false },
    ...{ bookableFrom: text(bookableFromMs), bookableTo: text(bookableToMs) },
  }));
}

/** The compiled area booking type of a target. */
export function areaBookingType({ offering, versioned }: Target): AreaBookingType {
  const type = versioned.compiled.areas.types.get(offering.row.id);
  if (!type) throw notFound(offering.row.id);
  return type;
}
