import { bitFrom, bitOf } from '../horizon.ts';
import { type CompiledSite, freeExpiredHolds } from '../compile-site.ts';
import type { AreaStay } from '../itineraries/assign-areas.ts';
import type { AreaQuery } from './area-model.ts';
import { fullBits, occupancyOf } from './area-occupancy.ts';
import { countedClaims, listedAreas } from './area-plan.ts';

/**
 * Where a party can be for `[fromMs, toMs)`, the buffer included, whatever the rules say of the time: only who is there already counts.
 * The smallest area comes first. Off the grid it counts in all the buckets it touches.
 */
export function stayDespiteRules(
  site: CompiledSite,
  query: AreaQuery,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): AreaStay {
  freeExpiredHolds(site, query.nowMs);
  const type = site.areas.types.get(query.areaBookingTypeId);
  if (type === undefined) throw new RangeError(`The site has no area booking type ${query.areaBookingTypeId}.`);
  const { horizon } = site;
  const stretch = { horizon, fromBit: bitOf(horizon, fromMs), toBit: bitFrom(horizon, toMs) };
  const party = { guests: query.guests, basketsMax: type.basketsMax };
  const choices = listedAreas(site, type, query)
    .map(({ area, claims }) => ({
      area,
      occupancy: occupancyOf(stretch, countedClaims({ claims }, query), query.orderId),
    }))
    .filter(({ area, occupancy }) => fullBits(occupancy, area.capacity, party).every((word) => word === 0))
    .map(({ area, occupancy: { guests } }) => ({ area, guests }));
  return { guests: query.guests, from: stretch.fromBit, to: stretch.toBit, choices };
}
