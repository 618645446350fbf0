import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { baseProperties } from '@lido/runtime/db/base.ts';

export const ZoneEntity = defineEntity({
  name: 'Zone',
  tableName: 'zones',
  properties: { ...baseProperties, siteId: p.string(), name: p.string() },
});

export type ZoneRow = InferEntity<typeof ZoneEntity>;
