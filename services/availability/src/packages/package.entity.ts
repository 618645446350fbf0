import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { OfferingEmailOptions } from '@lido/proto/lido/availability/v1/package_message.ts';
import type {
  OfferingRevenueAllocation,
  PackageChoiceStartTimeRule,
  PackageItemType,
} from '@lido/proto/lido/availability/v1/shop_offering.ts';
import { baseProperties } from '@lido/runtime/db/base.ts';
import { offeringProperties } from '../offerings/offering.entity.ts';

export const PackageEntity = defineEntity({
  name: 'Package',
  tableName: 'packages',
  properties: {
    ...baseProperties,
    ...offeringProperties,
    siteId: p.string(),
    maxDailyDuration: p.integer().nullable(),
    preventChoiceOverlaps: p.boolean(),
    defaultRevenueCentre: p.string().nullable(),
    emailOptions: p.json<OfferingEmailOptions>().nullable(),
  },
});

export type PackageRow = InferEntity<typeof PackageEntity>;

/** An option as its choice keeps it: the offering by its id only, which for a product is another service's. */
export interface ChoiceOption {
  id: string;
  itemType: PackageItemType;
  priceChange: number;
  offering: { id: string } | null;
}

/** A choice with its options, which are few, change together and are never looked for by themselves. */
export const ItemChoiceEntity = defineEntity({
  name: 'PackageItemChoice',
  tableName: 'package_item_choices',
  properties: {
    ...baseProperties,
    parentId: p.string(),
    position: p.integer(),
    name: p.string(),
    description: p.string().nullable(),
    minOptions: p.integer(),
    maxOptions: p.integer().nullable(),
    optionBudget: p.bigint('number').nullable(),
    autoSelectTimeslot: p.boolean(),
    hideTimes: p.boolean(),
    optional: p.boolean(),
    visible: p.boolean(),
    allowOverlaps: p.boolean(),
    offeringType: p.string().$type<PackageItemType>(),
    allocation: p.json<OfferingRevenueAllocation>().nullable(),
    startTimeRules: p.json<PackageChoiceStartTimeRule[]>(),
    options: p.json<ChoiceOption[]>(),
  },
});

export type ItemChoiceRow = InferEntity<typeof ItemChoiceEntity>;
