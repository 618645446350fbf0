import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { PaymentStatus } from '@lido/proto/lido/orders/v1/payment.ts';
import { baseProperties } from '@lido/runtime/db/base.ts';
import type { CaptureMethod, Processor } from './payment.ts';

/** Money towards an order. `authorisationKey` is `order:payment`, once and for all. */
export const OrderPaymentEntity = defineEntity({
  name: 'OrderPayment',
  tableName: 'order_payments',
  properties: {
    ...baseProperties,
    orderId: p.string(),
    processor: p.string().$type<Processor>(),
    captureMethod: p.string().$type<CaptureMethod>(),
    amountMinor: p.bigint('number'),
    currency: p.string(),
    status: p.string().$type<PaymentStatus>(),
    detailsSource: p.string().nullable(),
    processorData: p.json<Record<string, unknown>>(),
    authorisationKey: p.string().nullable(),
    failureReason: p.string().nullable(),
    paidAt: p.datetime().nullable(),
  },
});

export type OrderPaymentRow = InferEntity<typeof OrderPaymentEntity>;
