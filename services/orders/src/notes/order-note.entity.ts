import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { baseProperties } from '@lido/runtime/db/base.ts';

/** What staff wrote about an order. The author's name is kept as it was then. */
export const OrderNoteEntity = defineEntity({
  name: 'OrderNote',
  tableName: 'order_notes',
  properties: {
    ...baseProperties,
    orderId: p.string(),
    content: p.text(),
    authorId: p.string(),
    authorName: p.string(),
  },
});

export type OrderNoteRow = InferEntity<typeof OrderNoteEntity>;
