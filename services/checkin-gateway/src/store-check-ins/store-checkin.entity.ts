import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { baseProperties } from '@lido/runtime/db/base.ts';

/** A customer who is known at a store until the check-in ends. */
export const StoreCheckinEntity = defineEntity({
  name: 'StoreCheckin',
  tableName: 'store_checkins',
  properties: {
    ...baseProperties,
    siteId: p.string(),
    customerId: p.string(),
    data: p.json<Record<string, unknown>>(),
    endedAt: p.datetime().nullable(),
    /** The visit that it began; absent where the customer was inside already. */
    visitId: p.string().nullable(),
  },
});

export type StoreCheckinRow = InferEntity<typeof StoreCheckinEntity>;
