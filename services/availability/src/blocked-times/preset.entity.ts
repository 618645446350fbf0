import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { BlockedTimeType } from '@lido/proto/lido/availability/v1/blocked_time.ts';
import { baseProperties } from '@lido/runtime/db/base.ts';

export const BlockedTimePresetEntity = defineEntity({
  name: 'BlockedTimePreset',
  tableName: 'blocked_time_presets',
  properties: {
    ...baseProperties,
    siteId: p.string(),
    name: p.string(),
    duration: p.integer(),
    type: p.string().$type<BlockedTimeType>(),
    label: p.string().nullable(),
    colour: p.string().nullable(),
  },
});

export type BlockedTimePresetRow = InferEntity<typeof BlockedTimePresetEntity>;
