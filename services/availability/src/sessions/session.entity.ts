import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { baseProperties } from '@lido/runtime/db/base.ts';

export const SessionEntity = defineEntity({
  name: 'Session',
  tableName: 'sessions',
  properties: {
    ...baseProperties,
    siteId: p.string(),
    sessionTypeId: p.string(),
    recurrenceGroupId: p.string().nullable(),
    practitionerId: p.string().nullable(),
    roomId: p.string().nullable(),
    startTime: p.datetime(),
    endTime: p.datetime(),
    capacity: p.integer(),
    /** Null takes the type's. */
    maxBaskets: p.integer().nullable(),
    /** Null takes the type's. */
    waitlistEnabled: p.boolean().nullable(),
  },
});

export type SessionRow = InferEntity<typeof SessionEntity>;
