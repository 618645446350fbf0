import type { Package } from '@lido/proto/lido/availability/v1/package_message.ts';
import type { SessionType } from '@lido/proto/lido/availability/v1/session_type.ts';
import type { PackageItemChoice, PackageItemChoiceOption } from '@lido/proto/lido/availability/v1/shop_offering.ts';
import type { PackagePriceRule } from '@lido/proto/lido/availability/v1/package_message.ts';
import { blankSessionType } from '../../../test/support/offerings.ts';
import { namedOffering } from '../src/offerings/shop-offering.ts';
import type { World } from './world.ts';

/** A package of no site yet, with all that the service fills in. */
export const blankPackage: Package = {
  id: '',
  organisationId: '',
  siteId: '',
  name: 'Spa day',
  itemChoices: [],
  image: null,
  availabilityRules: [],
  priceRules: [],
  meta: null,
  upsellOfferings: [],
  crossSellOfferings: [],
  relatedRetailOfferings: [],
  private: false,
  membersOnly: false,
  permittedMembershipTypeIds: [],
  membershipBookingWindowsEnabled: false,
  membershipBookingWindows: [],
  customerCancellationPermitted: 'CANCELLATION_POLICY_UNSPECIFIED',
  categoryIds: [],
  categories: [],
  emailOptions: null,
  createdAt: '',
  updatedAt: '',
};

/** A price for every day. */
export function daily(price: number, extra: Partial<PackagePriceRule> = {}): PackagePriceRule {
  return { id: '', packageId: '', weekdays: [], price, ...extra };
}

/** A choice of these options. */
export function choiceOf(
  options: PackageItemChoiceOption[],
  extra: Partial<PackageItemChoice> = {},
): PackageItemChoice {
  return {
    id: '',
    name: 'Treatment',
    autoSelectTimeslot: false,
    hideTimes: false,
    optional: false,
    allowOverlaps: false,
    offeringType: 'PACKAGE_ITEM_TYPE_UNSPECIFIED',
    allocation: null,
    startTimeRules: [],
    options,
    ...extra,
  };
}

/** An option that names an offering. */
export function optionOf(offeringId: string, extra: Partial<PackageItemChoiceOption> = {}): PackageItemChoiceOption {
  return {
    id: '',
    itemType: 'PACKAGE_ITEM_TYPE_UNSPECIFIED',
    priceChange: 0,
    offering: namedOffering('', offeringId),
    ...extra,
  };
}

/** A package at the world's site for 100.00. */
export function pack(
  { packages, staff, siteId }: Pick<World, 'packages' | 'staff' | 'siteId'>,
  itemChoices: PackageItemChoice[],
  extra: Partial<Package> = {},
): Promise<Package> {
  const body = { ...blankPackage, siteId, itemChoices, priceRules: [daily(10_000)], ...extra };
  return packages.createPackage(body, staff);
}

/** A type of sessions for 9.00. */
export async function offerYoga(world: World): Promise<SessionType> {
  const type = await world.sessionTypes.createSessionType(
    { ...blankSessionType, siteId: world.siteId, name: 'Yoga' },
    world.staff,
  );
  await world.sessionTypes.createSessionTypePriceRule(
    { parentId: type.id, rule: { id: '', sessionTypeId: '', weekdays: [], price: 900 } },
    world.staff,
  );
  return type;
}
