import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { baseProperties } from '@lido/runtime/db/base.ts';

/** Somebody an order is for. */
export const OrderGuestEntity = defineEntity({
  name: 'OrderGuest',
  tableName: 'order_guests',
  properties: {
    ...baseProperties,
    orderId: p.string(),
    position: p.integer(),
    firstName: p.string().nullable(),
    lastName: p.string().nullable(),
    isLeadBooker: p.boolean(),
    customerId: p.string().nullable(),
    intakeFormSubmissionId: p.string().nullable(),
    intakeFormComplete: p.boolean(),
    intakeFormSubmittedAt: p.datetime().nullable(),
  },
});

export type OrderGuestRow = InferEntity<typeof OrderGuestEntity>;
