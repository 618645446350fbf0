import type { EntityName, FilterQuery } from '@mikro-orm/core';
import type {
  GetShopOfferingRequest,
  ListShopOfferingsRequest,
  ListShopOfferingsResponse,
  ShopOffering,
} from '@lido/proto/lido/availability/v1/shop.ts';
import { notFound } from '@lido/runtime/errors/refusal.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import type { Site } from '@lido/proto/lido/customers/v1/site.ts';
import { AppointmentTypeEntity, type AppointmentTypeRow } from '../appointments/appointment-type.entity.ts';
import type { BookingParts } from '../bookings/parts.ts';
import type { Offering } from '../offerings/find-offering.repository.ts';
import { rulesByParent } from '../offerings/rule.repository.ts';
import { SessionTypeEntity, type SessionTypeRow } from '../sessions/session-type.entity.ts';
import { findBookableDates } from '../solver/offering-dates.ts';
import { type DateRange, findSite, findTarget, searchable, slotQuery, type Target } from './search.repository.ts';
import { sessionDates } from './session-search.repository.ts';

const listed = { private: false, offeredOnline: true, deletedAt: null };

/** What a site's shop lists: offered online and not private; with a date, each says whether it can be booked then. */
export function listShopOfferings(parts: BookingParts) {
  return async (request: ListShopOfferingsRequest, call: Call): Promise<ListShopOfferingsResponse> => {
    const site = await findSite(parts, request.siteId, call);
    const category = request.categoryId.length > 0 ? { categoryIds: { $overlap: request.categoryId } } : {};
    const plain = { orderBy: { name: 'asc', id: 'asc' }, disableIdentityMap: true } as const;
    const appointments = (await call.em.find(
      AppointmentTypeEntity as EntityName<AppointmentTypeRow>,
      { ...listed, ...category, siteIds: { $overlap: [site.id] } } as FilterQuery<AppointmentTypeRow>,
      plain,
    )) as AppointmentTypeRow[];
    const sessions = (await call.em.find(
      SessionTypeEntity as EntityName<SessionTypeRow>,
      { ...listed, ...category, siteId: site.id } as FilterQuery<SessionTypeRow>,
      plain,
    )) as SessionTypeRow[];
    const offerings: Offering[] = [
      ...appointments.map((row): Offering => ({ type: 'appointment', row })),
      ...sessions.map((row): Offering => ({ type: 'session', row })),
    ];
    return { data: await presentOfferings(parts, site, offerings, { date: request.date ?? null, call }) };
  };
}

/** One offering by its id; private ones are reachable so. */
export function getShopOffering(parts: BookingParts) {
  return async (request: GetShopOfferingRequest, call: Call): Promise<ShopOffering> => {
    const { site, offering } = await findTarget(parts, request, call);
    const [shown] = await presentOfferings(parts, site, [offering], { date: null, call });
    if (!shown) throw notFound(request.offeringId);
    return shown;
  };
}

async function presentOfferings(
  parts: BookingParts,
  site: Site,
  offerings: Offering[],
  { date, call }: { date: string | null; call: Call },
): Promise<ShopOffering[]> {
  const rules = await rulesByParent(
    call.em,
    offerings.map(({ row }) => row.id),
  );
  const shown: ShopOffering[] = [];
  for (const offering of offerings) {
    const prices = rules.prices(offering.row.id).map(({ price }) => price);
    shown.push({
      ...describe(offering, site),
      priceFrom: prices.length === 0 ? null : Math.min(...prices),
      priceTo: prices.length === 0 ? null : Math.max(...prices),
      hasAvailability: date === null ? null : await isBookableOn(parts, site, offering, { date, call }),
    });
  }
  return shown;
}

function describe({ type, row }: Offering, site: Site): ShopOffering {
  const durations = type === 'appointment' ? row.durations : [row.duration];
  return {
    id: row.id,
    type,
    name: row.name,
    description: row.description ?? null,
    priceFrom: null,
    priceTo: null,
    discountedPriceFrom: null,
    currency: site.currency.toLowerCase(),
    image: null,
    duration: durations[0] ?? null,
    durations,
    hasAvailability: null,
    nextAvailableDate: null,
    minGuests: row.minGuests,
    maxGuests: row.maxGuests,
    categories: [],
    siteId: site.id,
  };
}

async function isBookableOn(
  parts: BookingParts,
  site: Site,
  offering: Offering,
  { date, call }: { date: string; call: Call },
): Promise<boolean> {
  const range: DateRange | undefined = searchable({ dateFrom: date, dateTo: date }, site, call.clock.nowMs());
  if (!range) return false;
  const target: Target = { site, offering, versioned: await parts.compiledSites.get(call.em, site) };
  if (offering.type === 'session')
    return (await sessionDates(parts, target, { range, guests: offering.row.minGuests }, call)).length > 0;
  const anybody = { practitionerId: [], excludeAppointments: [], excludeBookings: [], excludeBasketItems: [] };
  const query = await slotQuery(parts, { target, filter: anybody, range }, call);
  return findBookableDates(target.versioned.compiled, query).some(({ hasAvailability }) => hasAvailability);
}
