import type {
  GetShopOfferingRequest,
  ListShopOfferingsRequest,
  ListShopOfferingsResponse,
} from '@lido/proto/lido/availability/v1/shop.ts';
import type { OfferingIdentifier } from '@lido/proto/lido/availability/v1/offering.ts';
import type { ShopOffering } from '@lido/proto/lido/availability/v1/shop_offering.ts';
import { notFound } from '@lido/runtime/errors/refusal.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import { addDays, localDateOf } from '@lido/runtime/time/zone.ts';
import type { BookingParts } from '../bookings/parts.ts';
import { findOffering, type Offering } from '../offerings/offering.ts';
import { offeringEmbeds } from '../offerings/offering-embeds.repository.ts';
import { rulesByParent } from '../offerings/rule.repository.ts';
import { shownPrices, toShopOffering } from '../offerings/shop-offering.ts';
import { itemChoicesByPackage } from '../packages/item-choice.repository.ts';
import type { VersionedSite } from '../sites/compiled-sites.repository.ts';
import { maxHorizonDays } from '../solver/horizon.ts';
import type { PackageModel } from '../solver/packages/package-model.ts';
import { packagePriceRange } from '../solver/packages/package-price.ts';
import { firstBookableDates } from './first-dates.repository.ts';
import { localDate } from './local-date.ts';
import { findSite, findTarget, isShopper } from './search.repository.ts';

/** How far ahead a list looks for each offering's next date; one offering alone is looked for in all of the year. */
const listDaysAhead = 31;

/** What a site's shop lists: offered online and not private, and with a date only what can be booked then. */
export function listShopOfferings(parts: BookingParts) {
  return async (request: ListShopOfferingsRequest, call: Call): Promise<ListShopOfferingsResponse> => {
    const versioned = await findSite(parts, request.siteId, call);
    const date = localDate(request.date, versioned.site.timezone);
    const offerings = [...versioned.offerings.values()].filter(
      (offering) => isListed(offering) && isInCategory(offering, request.categoryId),
    );
    if (!date) return { data: await presentList(parts, versioned, offerings, call) };
    const range = { dateFrom: date, dateTo: date };
    const bookable = await firstBookableDates(parts, versioned, { offerings, range }, call);
    const open = offerings.filter(({ row }) => bookable.get(row.id));
    const data = await presentList(parts, versioned, open, call);
    return { data: data.map((shown) => ({ ...shown, hasAvailability: true })) };
  };
}

/** One offering by its id; private ones are reachable so. */
export function getShopOffering(parts: BookingParts) {
  return async (request: GetShopOfferingRequest, call: Call): Promise<ShopOffering> => {
    const { versioned, offering } = await findTarget(parts, request, call);
    const next = await nextDates(parts, versioned, { offerings: [offering], daysAhead: maxHorizonDays }, call);
    const [shown] = await presentOfferings(versioned, { offerings: [offering], next }, call);
    if (!shown) throw notFound(request.offeringId);
    return shown;
  };
}

/** What an offering names in one of its lists, in that order, as far as the site's shop lists it. */
export function listRelatedOfferings(
  parts: BookingParts,
  namedBy: (row: Offering['row']) => readonly OfferingIdentifier[],
) {
  return async (request: GetShopOfferingRequest, call: Call): Promise<ListShopOfferingsResponse> => {
    const { versioned, offering } = await findTarget(parts, request, call);
    const related = namedBy(offering.row).flatMap(({ offeringType, offeringId }) => {
      const named = findOffering(versioned.offerings, offeringType, offeringId);
      return named && isListed(named) ? [named] : [];
    });
    return { data: await presentList(parts, versioned, [...new Set(related)], call) };
  };
}

function isListed({ row }: Offering): boolean {
  return row.offeredOnline && !row.private;
}

function isInCategory({ row }: Offering, categoryIds: readonly string[]): boolean {
  return categoryIds.length === 0 || row.categoryIds.some((id) => categoryIds.includes(id));
}

/** Several offerings. A package is searched as a whole, date by date: too much to do for each of a list. */
async function presentList(
  parts: BookingParts,
  versioned: VersionedSite,
  offerings: readonly Offering[],
  call: Call,
): Promise<ShopOffering[]> {
  const dated = offerings.filter(({ type }) => type !== 'package');
  const next = await nextDates(parts, versioned, { offerings: dated, daysAhead: listDaysAhead }, call);
  return presentOfferings(versioned, { offerings, next }, call);
}

/** The first date from today on that each offering can be booked on, by its id; null where there is none, absent where it is not known. */
function nextDates(
  parts: BookingParts,
  versioned: VersionedSite,
  { offerings, daysAhead }: { offerings: readonly Offering[]; daysAhead: number },
  call: Call,
): Promise<Map<string, string | null>> {
  const today = localDateOf(call.clock.nowMs(), versioned.site.timezone);
  const range = { dateFrom: today, dateTo: addDays(today, daysAhead - 1) };
  return firstBookableDates(parts, versioned, { offerings, range }, call);
}

/** Offerings of a site with their prices and the next dates that were found for them, with one query per table. */
async function presentOfferings(
  versioned: VersionedSite,
  { offerings, next }: { offerings: readonly Offering[]; next: ReadonlyMap<string, string | null> },
  call: Call,
): Promise<ShopOffering[]> {
  const rows = offerings.map(({ row }) => row);
  const packageIds = offerings.flatMap(({ type, row }) => (type === 'package' ? row.id : []));
  const optionIds = offerings.flatMap((offering) => (offering.type === 'package' ? optionIdsOf(offering.model) : []));
  const rules = await rulesByParent(call.em, [...rows.map(({ id }) => id), ...optionIds]);
  const embeds = await offeringEmbeds(call.em, rows);
  const site = { siteId: versioned.site.id, currency: versioned.site.currency.toLowerCase() };
  const choices = await itemChoicesByPackage(call.em, packageIds, 'in full');
  const pricesOf = (id: string): number[] => rules.prices(id).map(({ price }) => price);
  return offerings.map((offering) => {
    const { id } = offering.row;
    const nextDate = next.get(id);
    const priceRange = offering.type === 'package' ? packagePriceRange(offering.model, pricesOf) : null;
    const isPackage = offering.type === 'package';
    const prices = !isPackage
      ? shownPrices(offering, rules.prices(id))
      : priceRange
        ? [priceRange.from, priceRange.to]
        : [];
    return {
      ...toShopOffering(offering, site, prices),
      ...embeds(offering.row),
      itemChoices: choices(id).filter(({ visible }) => visible === true || !isShopper(call, versioned.site)),
      hasAvailability: nextDate === undefined ? null : nextDate !== null,
      nextAvailableDate: nextDate ?? null,
    };
  });
}

function optionIdsOf({ choices }: PackageModel): string[] {
  return choices.flatMap(({ options }) => options.map(({ offeringId }) => offeringId));
}
