import type { ShopOffering } from '@lido/proto/lido/availability/v1/shop_offering.ts';
import type { Offering } from './offering.ts';

/** An offering that is known by its kind and id only. */
export function namedOffering(type: string, id: string, name = ''): ShopOffering {
  return {
    id,
    type,
    name,
    description: null,
    priceFrom: null,
    priceTo: null,
    discountedPriceFrom: null,
    currency: null,
    image: null,
    duration: null,
    durations: [],
    hasAvailability: null,
    nextAvailableDate: null,
    minGuests: 1,
    maxGuests: 1,
    categories: [],
    siteId: null,
    itemChoices: [],
  };
}

/** An offering as a site's shop shows it, at the prices it can have. */
export function toShopOffering(
  { type, row }: Offering,
  site: { siteId: string; currency: string | null },
  prices: readonly number[],
): ShopOffering {
  const durations = type === 'appointment' ? row.durations : type === 'session' ? [row.duration] : [];
  return {
    ...namedOffering(type, row.id, row.name),
    ...site,
    description: row.description ?? null,
    priceFrom: prices.length === 0 ? null : Math.min(...prices),
    priceTo: prices.length === 0 ? null : Math.max(...prices),
    duration: durations[0] ?? null,
    durations,
    minGuests: row.minGuests,
    maxGuests: row.maxGuests,
  };
}
