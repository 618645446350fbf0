import { bitFrom, bitOf } from '../horizon.ts';
import { type CompiledSite, freeExpiredHolds } from '../compile-site.ts';
import type { Area } from '../model.ts';
import type { AreaQuery } from './area-model.ts';
import { fullBits, occupancyOf } from './area-occupancy.ts';
import { countedClaims, listedAreas } from './area-plan.ts';

/**
 * The areas that can take a party for `[fromMs, toMs)`, the buffer included, whatever the rules say of the time: only who is there already
 * counts. The smallest first.
 */
export function areasDespiteRules(
  site: CompiledSite,
  query: AreaQuery,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): Area[] {
  freeExpiredHolds(site, query.nowMs);
  const type = site.areas.types.get(query.areaBookingTypeId);
  if (type === undefined) throw new RangeError(`The site has no area booking type ${query.areaBookingTypeId}.`);
  const { horizon } = site;
  const stretch = { horizon, fromBit: bitOf(horizon, fromMs), toBit: bitFrom(horizon, toMs) };
  const party = { guests: query.guests, basketsMax: type.basketsMax };
  return listedAreas(site, type, query)
    .filter((resource) => {
      const occupancy = occupancyOf(stretch, countedClaims(resource, query), query.orderId);
      return fullBits(occupancy, resource.area.capacity, party).every((word) => word === 0);
    })
    .map(({ area }) => area);
}
