import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { baseProperties } from '@lido/runtime/db/base.ts';

export const EquipmentEntity = defineEntity({
  name: 'Equipment',
  tableName: 'equipment',
  properties: { ...baseProperties, siteId: p.string(), name: p.string(), quantity: p.integer() },
});

export type EquipmentRow = InferEntity<typeof EquipmentEntity>;
