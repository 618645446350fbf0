import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { baseProperties } from '@lido/runtime/db/base.ts';
import { offeringProperties } from '../offerings/offering.entity.ts';

export const AreaBookingTypeEntity = defineEntity({
  name: 'AreaBookingType',
  tableName: 'area_booking_types',
  properties: {
    ...baseProperties,
    ...offeringProperties,
    siteId: p.string(),
    areaIds: p.array(),
    startTimeInterval: p.integer(),
    durationInterval: p.integer(),
    minDuration: p.integer(),
    maxDuration: p.integer(),
    endBuffer: p.integer(),
    maxBaskets: p.integer().nullable(),
  },
});

export type AreaBookingTypeRow = InferEntity<typeof AreaBookingTypeEntity>;
