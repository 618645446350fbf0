import type { AreaBookingPriceRule } from '@lido/proto/lido/availability/v1/area_booking_rule.ts';
import {
  type AreaBookingType,
  AreaBookingTypeServiceService,
} from '@lido/proto/lido/availability/v1/area_booking_type.ts';
import { type BookableArea, BookableAreaServiceService } from '@lido/proto/lido/availability/v1/bookable_area.ts';
import type { Peer } from '@lido/runtime/grpc/client.ts';
import type { TestCaller } from './callers.ts';
import { blankOffering } from './offerings.ts';

/** Where areas are: a site, by a connection to availability. */
export interface Grounds {
  staff: TestCaller;
  siteId: string;
  peer<D extends object>(definition: D): Peer<D>;
}

/** An area of no site yet. */
export const blankArea: BookableArea = {
  id: '',
  organisationId: '',
  siteId: '',
  name: 'Hot tub',
  availabilityRules: [],
  zoneIds: [],
  zones: [],
  createdAt: '',
  updatedAt: '',
};

/** One to three hours in an area of no site yet, on the half hour. */
export const blankAreaType: AreaBookingType = {
  ...blankOffering,
  name: 'Soak',
  siteId: '',
  areaIds: [],
  startTimeInterval: 30,
  durationInterval: 60,
  minDuration: 60,
  maxDuration: 180,
  maxGuests: 10,
  availabilityRules: [],
};

/** A price of so much a minute, always. */
export function priceByMinute(price: number, extra: Partial<AreaBookingPriceRule> = {}): AreaBookingPriceRule {
  return { id: '', areaBookingTypeId: '', weekdays: [], price, ...extra };
}

/** Areas of the site that hold so many guests each. */
export async function dig(world: Grounds, ...capacities: number[]): Promise<string[]> {
  const areas = world.peer(BookableAreaServiceService);
  const ids: string[] = [];
  for (const capacity of capacities) {
    const area = { ...blankArea, siteId: world.siteId, name: `Tub for ${capacity}`, capacity };
    ids.push((await areas.createBookableArea(area, world.staff)).id);
  }
  return ids;
}

/** A type that books one of these areas for 50 a minute. */
export async function offerAreas(
  world: Grounds,
  areaIds: string[],
  extra: Partial<AreaBookingType> = {},
): Promise<AreaBookingType> {
  const areaTypes = world.peer(AreaBookingTypeServiceService);
  const type = { ...blankAreaType, siteId: world.siteId, areaIds, ...extra };
  const made = await areaTypes.createAreaBookingType(type, world.staff);
  await areaTypes.createAreaBookingTypePriceRule({ parentId: made.id, rule: priceByMinute(50) }, world.staff);
  return made;
}
