import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { baseProperties } from '@lido/runtime/db/base.ts';
import { offeringProperties } from '../offerings/offering.entity.ts';

export const SessionTypeEntity = defineEntity({
  name: 'SessionType',
  tableName: 'session_types',
  properties: {
    ...baseProperties,
    ...offeringProperties,
    siteId: p.string(),
    duration: p.integer(),
    maxBasketsPerSession: p.integer().nullable(),
    maxBookingsPerMember: p.integer().nullable(),
    waitlistEnabled: p.boolean(),
  },
});

export type SessionTypeRow = InferEntity<typeof SessionTypeEntity>;
