import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { baseProperties } from '@lido/runtime/db/base.ts';

export const CategoryEntity = defineEntity({
  name: 'Category',
  tableName: 'categories',
  properties: { ...baseProperties, name: p.string(), voucherApplicable: p.boolean(), position: p.integer() },
});

export type CategoryRow = InferEntity<typeof CategoryEntity>;
