import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { Contraindication } from '@lido/proto/lido/availability/v1/offering.ts';
import { baseProperties } from '@lido/runtime/db/base.ts';
import { offeringProperties } from '../offerings/offering.entity.ts';

export const AppointmentTypeEntity = defineEntity({
  name: 'AppointmentType',
  tableName: 'appointment_types',
  properties: {
    ...baseProperties,
    ...offeringProperties,
    siteIds: p.array(),
    practitionerIds: p.array(),
    roomIds: p.array(),
    equipmentIds: p.array(),
    durations: p.json<number[]>(),
    startTimeInterval: p.integer(),
    endBuffer: p.integer(),
    practitionersPerGuest: p.float(),
    allocateMultiCapacityRooms: p.boolean(),
    enquiriesEnabled: p.boolean(),
    tagIds: p.array(),
    contraindications: p.json<Contraindication[]>(),
  },
});

export type AppointmentTypeRow = InferEntity<typeof AppointmentTypeEntity>;
