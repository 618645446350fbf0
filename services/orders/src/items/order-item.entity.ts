import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { BookingSummary } from '@lido/proto/lido/availability/v1/booking_summary.ts';
import type { OrderItemStatus } from '@lido/proto/lido/orders/v1/order_item.ts';
import { baseProperties } from '@lido/runtime/db/base.ts';

/**
 * What takes time in an order: a line by itself, or what is chosen in the line of a package. Its price is for all its guests; within a
 * package what it would cost by itself, which the order does not count.
 */
export const OrderItemEntity = defineEntity({
  name: 'OrderItem',
  tableName: 'order_items',
  properties: {
    ...baseProperties,
    orderId: p.string(),
    position: p.integer(),
    status: p.string().$type<OrderItemStatus>(),
    offeringType: p.string(),
    offeringId: p.string(),
    offeringName: p.string(),
    productCode: p.string().nullable(),
    revenueCentre: p.string().nullable(),
    startTime: p.datetime(),
    date: p.date(),
    durationMinutes: p.integer(),
    quantity: p.integer(),
    guestIds: p.array().$type<string[]>(),
    practitionerIds: p.array().$type<string[]>(),
    roomId: p.string().nullable(),
    sessionId: p.string().nullable(),
    itemConfiguration: p.json<Record<string, unknown>>(),
    priceMinor: p.bigint('number'),
    discountMinor: p.bigint('number'),
    taxPercent: p.float(),
    bookingRevision: p.bigint('number'),
    bookingSummary: p.json<BookingSummary>(),
    reservedUntil: p.datetime().nullable(),
    addedByCustomer: p.boolean(),
    /** The latest check-in of somebody who came for it. */
    checkinId: p.string().nullable(),
    packageLineId: p.string().nullable(),
    packageChoiceId: p.string().nullable(),
    packageOptionId: p.string().nullable(),
    /** What the option adds to the package's price, for one guest. */
    packagePriceChangeMinor: p.bigint('number'),
  },
});

export type OrderItemRow = InferEntity<typeof OrderItemEntity>;
