import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { baseProperties } from '@lido/runtime/db/base.ts';

export const RoomEntity = defineEntity({
  name: 'Room',
  tableName: 'rooms',
  properties: {
    ...baseProperties,
    siteId: p.string(),
    name: p.string(),
    capacity: p.integer(),
    suitableForTags: p.array(),
    tagIds: p.array(),
    zoneIds: p.array(),
  },
});

export type RoomRow = InferEntity<typeof RoomEntity>;
