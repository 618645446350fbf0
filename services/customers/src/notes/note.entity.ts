import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { baseProperties } from '@lido/runtime/db/base.ts';

/** What staff wrote about a customer, the row's parent. */
export const NoteEntity = defineEntity({
  name: 'CustomerNote',
  tableName: 'customer_notes',
  properties: { ...baseProperties, parentId: p.string(), note: p.text() },
});

export type NoteRow = InferEntity<typeof NoteEntity>;
