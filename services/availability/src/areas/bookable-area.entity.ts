import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { baseProperties } from '@lido/runtime/db/base.ts';

export const BookableAreaEntity = defineEntity({
  name: 'BookableArea',
  tableName: 'bookable_areas',
  properties: {
    ...baseProperties,
    siteId: p.string(),
    name: p.string(),
    description: p.string().nullable(),
    capacity: p.integer(),
    position: p.integer(),
    zoneIds: p.array(),
  },
});

export type BookableAreaRow = InferEntity<typeof BookableAreaEntity>;
