import type { ShopOffering } from '@lido/proto/lido/availability/v1/shop_offering.ts';
import type { AreaBookingTypeRow } from '../areas/area-booking-type.entity.ts';
import { durationsOf } from '../solver/areas/area-model.ts';
import type { Offering } from './offering.ts';
import type { PriceRuleRow } from './rule.entity.ts';

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
  offering: Offering,
  site: { siteId: string; currency: string | null },
  prices: readonly number[],
): ShopOffering {
  const { type, row } = offering;
  const durations = shownDurations(offering);
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

/** The prices an offering can have by its rules; those of areas are by the minute, up to the longest booking a rule covers. */
export function shownPrices({ type, row }: Offering, rules: readonly PriceRuleRow[]): number[] {
  if (type !== 'area_booking') return rules.map(({ price }) => price);
  return rules.flatMap(({ price, maxDuration }) =>
    areaDurations(row)
      .filter((minutes) => minutes <= (maxDuration ?? row.maxDuration))
      .map((minutes) => price * minutes),
  );
}

function shownDurations({ type, row }: Offering): number[] {
  switch (type) {
    case 'appointment':
      return row.durations;
    case 'area_booking':
      return areaDurations(row);
    case 'session':
      return [row.duration];
    case 'package':
      return [];
  }
}

function areaDurations({ minDuration, maxDuration, durationInterval }: AreaBookingTypeRow): number[] {
  return durationsOf({
    minDurationMinutes: minDuration,
    maxDurationMinutes: maxDuration,
    durationIntervalMinutes: durationInterval,
  });
}
