import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { baseProperties } from '@lido/runtime/db/base.ts';

export const AppointmentTagEntity = defineEntity({
  name: 'AppointmentTag',
  tableName: 'appointment_tags',
  properties: { ...baseProperties, name: p.string() },
});

export type AppointmentTagRow = InferEntity<typeof AppointmentTagEntity>;
