import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { OrderStage, OrderStatus } from '@lido/proto/lido/orders/parts/v1/order_status.ts';
import { baseProperties } from '@lido/runtime/db/base.ts';

/** An order from its first moment as a basket. `totalMinor`, `unpaidMinor` and `revenueDate` are kept for filters only. */
export const OrderEntity = defineEntity({
  name: 'Order',
  tableName: 'orders',
  properties: {
    ...baseProperties,
    siteId: p.string(),
    orderRef: p.string(),
    status: p.string().$type<OrderStatus>(),
    stage: p.string().$type<OrderStage>(),
    currency: p.string(),
    salesChannelId: p.string().nullable(),
    customerId: p.string().nullable(),
    firstName: p.string().nullable(),
    lastName: p.string().nullable(),
    email: p.string().nullable(),
    phone: p.string().nullable(),
    specialRequests: p.string().nullable(),
    externalRef: p.string().nullable(),
    integrationConfigId: p.string().nullable(),
    labelIds: p.array().$type<string[]>(),
    totalMinor: p.bigint('number'),
    unpaidMinor: p.bigint('number'),
    revenueDate: p.date().nullable(),
    lockedAt: p.datetime().nullable(),
    submittedAt: p.datetime().nullable(),
    submittedById: p.string().nullable(),
    cancelledAt: p.datetime().nullable(),
    settledAt: p.datetime().nullable(),
  },
});

export type OrderRow = InferEntity<typeof OrderEntity>;
