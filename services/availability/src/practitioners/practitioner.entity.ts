import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { baseProperties } from '@lido/runtime/db/base.ts';

export const PractitionerEntity = defineEntity({
  name: 'Practitioner',
  tableName: 'practitioners',
  properties: {
    ...baseProperties,
    siteIds: p.array(),
    name: p.string(),
    avatarId: p.string().nullable(),
    tagIds: p.array(),
    canOfferTags: p.array(),
    zoneIds: p.array(),
    gender: p.string().nullable(),
    userId: p.string().nullable(),
    schedulingWeekIntervalStart: p.string().nullable(),
    schedulingWeekInterval: p.integer().nullable(),
  },
});

export type PractitionerRow = InferEntity<typeof PractitionerEntity>;
