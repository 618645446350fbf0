import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { PackageChoiceDetails } from '@lido/proto/lido/availability/internal/v1/booking.ts';
import type { OrderItemStatus } from '@lido/proto/lido/orders/v1/order_item.ts';
import { baseProperties } from '@lido/runtime/db/base.ts';

/** A package in an order. It takes no time by itself: what is chosen in it are items that name it. */
export const OrderPackageEntity = defineEntity({
  name: 'OrderPackage',
  tableName: 'order_packages',
  properties: {
    ...baseProperties,
    orderId: p.string(),
    position: p.integer(),
    status: p.string().$type<OrderItemStatus>(),
    offeringId: p.string(),
    offeringName: p.string(),
    productCode: p.string().nullable(),
    revenueCentre: p.string().nullable(),
    /** The local day of its first start. */
    date: p.date(),
    quantity: p.integer(),
    guestIds: p.array().$type<string[]>(),
    itemConfiguration: p.json<Record<string, unknown>>(),
    /** What could be chosen when the line was last changed. */
    choices: p.json<PackageChoiceDetails[]>(),
    priceMinor: p.bigint('number'),
    discountMinor: p.bigint('number'),
    taxPercent: p.float(),
    addedByCustomer: p.boolean(),
  },
});

export type OrderPackageRow = InferEntity<typeof OrderPackageEntity>;
