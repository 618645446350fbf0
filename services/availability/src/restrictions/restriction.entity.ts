import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type {
  AppointmentRestrictionType,
  RestrictedAppointments,
} from '@lido/proto/lido/availability/v1/appointment_restriction.ts';
import { baseProperties } from '@lido/runtime/db/base.ts';

/** What a practitioner, its parent, does not offer. */
export const RestrictionEntity = defineEntity({
  name: 'AppointmentRestriction',
  tableName: 'appointment_restrictions',
  properties: {
    ...baseProperties,
    parentId: p.string(),
    type: p.string().$type<AppointmentRestrictionType>(),
    appliesToType: p.string().$type<RestrictedAppointments>(),
    appointmentTypeIds: p.array(),
    categoryIds: p.array(),
    dateFrom: p.string().nullable(),
    dateTo: p.string().nullable(),
    maxDuration: p.integer().nullable(),
  },
});

export type RestrictionRow = InferEntity<typeof RestrictionEntity>;

/** The columns that a client may set. */
export const restrictionColumns = [
  'type',
  'appliesToType',
  'appointmentTypeIds',
  'categoryIds',
  'dateFrom',
  'dateTo',
  'maxDuration',
] as const;
