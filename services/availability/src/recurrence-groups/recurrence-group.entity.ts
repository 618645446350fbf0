import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { baseProperties } from '@lido/runtime/db/base.ts';

export const RecurrenceGroupEntity = defineEntity({
  name: 'RecurrenceGroup',
  tableName: 'recurrence_groups',
  properties: {
    ...baseProperties,
    siteId: p.string(),
    sessionTypeId: p.string(),
    name: p.string().nullable(),
    practitionerId: p.string().nullable(),
    roomId: p.string().nullable(),
    weekdays: p.array(),
    startTimes: p.json<{ id: string; value: string }[]>(),
    capacity: p.integer(),
    recurrenceStart: p.string(),
    recurrenceEnd: p.string().nullable(),
    /** The last local date that has its sessions. */
    generatedUntil: p.string(),
  },
});

export type RecurrenceGroupRow = InferEntity<typeof RecurrenceGroupEntity>;
