import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { MediumKind } from '@lido/proto/lido/customers/v1/barcode.ts';
import { baseProperties } from '@lido/runtime/db/base.ts';

/** A value that stands for a customer: a printed barcode, or a wearable's number in upper-case hex. */
export const MediumEntity = defineEntity({
  name: 'Medium',
  tableName: 'media',
  properties: {
    ...baseProperties,
    customerId: p.string(),
    kind: p.string().$type<MediumKind>(),
    value: p.string(),
    /** Since when it opens no door. */
    blockedAt: p.datetime().nullable(),
    blockedReason: p.string().nullable(),
  },
});

export type MediumRow = InferEntity<typeof MediumEntity>;
