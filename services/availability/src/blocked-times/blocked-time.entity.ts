import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { BlockedTimeRecurrence, BlockedTimeType } from '@lido/proto/lido/availability/v1/blocked_time.ts';
import { baseProperties } from '@lido/runtime/db/base.ts';
import { InstantText } from '@lido/runtime/db/instant-text.ts';

/** One window in which resources are blocked. A recurrence has one of these for each of its dates. */
export const BlockedTimeEntity = defineEntity({
  name: 'BlockedTime',
  tableName: 'blocked_times',
  properties: {
    ...baseProperties,
    siteId: p.string(),
    practitionerIds: p.array(),
    roomIds: p.array(),
    areaIds: p.array(),
    startTime: p.type(InstantText).$type<string>(),
    endTime: p.type(InstantText).$type<string>(),
    type: p.string().$type<BlockedTimeType>(),
    label: p.string().nullable(),
    notes: p.string().nullable(),
    color: p.string().nullable(),
    recurrenceId: p.string().nullable(),
    recurrence: p.json<BlockedTimeRecurrence>().nullable(),
    createdByName: p.string(),
  },
});

export type BlockedTimeRow = InferEntity<typeof BlockedTimeEntity>;
