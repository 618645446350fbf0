import type {
  GetShopOfferingRequest,
  ListShopOfferingsRequest,
  ListShopOfferingsResponse,
} from '@lido/proto/lido/availability/v1/shop.ts';
import type { ShopOffering } from '@lido/proto/lido/availability/v1/shop_offering.ts';
import { notFound } from '@lido/runtime/errors/refusal.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import type { BookingParts } from '../bookings/parts.ts';
import type { Offering } from '../offerings/offering.ts';
import { offeringEmbeds } from '../offerings/offering-embeds.repository.ts';
import { rulesByParent } from '../offerings/rule.repository.ts';
import { toShopOffering } from '../offerings/shop-offering.ts';
import type { VersionedSite } from '../sites/compiled-sites.repository.ts';
import { findBookableDates } from '../solver/offering-dates.ts';
import { findSite, findTarget, searchable, slotQuery, type Target } from './search.repository.ts';
import { sessionDates } from './session-search.repository.ts';

/** What a site's shop lists: offered online and not private; with a date, each says whether it can be booked then. */
export function listShopOfferings(parts: BookingParts) {
  return async (request: ListShopOfferingsRequest, call: Call): Promise<ListShopOfferingsResponse> => {
    const versioned = await findSite(parts, request.siteId, call);
    const offerings = [...versioned.offerings.values()].filter((offering) => isListed(offering, request.categoryId));
    return { data: await presentOfferings(parts, versioned, offerings, { date: request.date ?? null, call }) };
  };
}

function isListed({ row }: Offering, categoryIds: string[]): boolean {
  const isInCategory = categoryIds.length === 0 || row.categoryIds.some((id) => categoryIds.includes(id));
  return row.offeredOnline && !row.private && isInCategory;
}

/** One offering by its id; private ones are reachable so. */
export function getShopOffering(parts: BookingParts) {
  return async (request: GetShopOfferingRequest, call: Call): Promise<ShopOffering> => {
    const { versioned, offering } = await findTarget(parts, request, call);
    const [shown] = await presentOfferings(parts, versioned, [offering], { date: null, call });
    if (!shown) throw notFound(request.offeringId);
    return shown;
  };
}

async function presentOfferings(
  parts: BookingParts,
  versioned: VersionedSite,
  offerings: Offering[],
  { date, call }: { date: string | null; call: Call },
): Promise<ShopOffering[]> {
  const rules = await rulesByParent(
    call.em,
    offerings.map(({ row }) => row.id),
  );
  const embeds = await offeringEmbeds(
    call.em,
    offerings.map(({ row }) => row),
  );
  const site = { siteId: versioned.site.id, currency: versioned.site.currency.toLowerCase() };
  const shown: ShopOffering[] = [];
  for (const offering of offerings) {
    const prices = rules.prices(offering.row.id).map(({ price }) => price);
    shown.push({
      ...toShopOffering(offering, site, prices),
      ...embeds(offering.row),
      hasAvailability:
        date === null ? null : await isBookableOn(parts, { site: versioned.site, offering, versioned }, { date, call }),
    });
  }
  return shown;
}

async function isBookableOn(
  parts: BookingParts,
  target: Target,
  { date, call }: { date: string; call: Call },
): Promise<boolean> {
  const range = searchable({ dateFrom: date, dateTo: date }, target.site, call.clock.nowMs());
  if (!range) return false;
  if (target.offering.type === 'session') {
    const guests = target.offering.row.minGuests;
    return (await sessionDates(parts, target, { range, guests }, call)).length > 0;
  }
  const anybody = { practitionerId: [], excludeAppointments: [], excludeBookings: [], excludeBasketItems: [] };
  const query = await slotQuery(parts, { target, filter: anybody, range }, call);
  return findBookableDates(target.versioned.compiled, query).some(({ hasAvailability }) => hasAvailability);
}
