import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { baseProperties } from '@lido/runtime/db/base.ts';

export const SessionEntity = defineEntity({
  name: 'Session',
  tableName: 'sessions',
  properties: {
    ...baseProperties,
    siteId: p.string(),
    sessionTypeId: p.string(),
    practitionerId: p.string().nullable(),
    roomId: p.string().nullable(),
    startTime: p.datetime(),
    endTime: p.datetime(),
    capacity: p.integer(),
    maxBaskets: p.integer().nullable(),
  },
});

export type SessionRow = InferEntity<typeof SessionEntity>;
