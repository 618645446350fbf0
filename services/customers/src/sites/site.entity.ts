import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { OpeningException, OpeningHours } from '@lido/proto/lido/customers/v1/site.ts';
import { baseProperties } from '@lido/runtime/db/base.ts';

/** A place with its own time zone, currency and opening hours. */
export const SiteEntity = defineEntity({
  name: 'Site',
  tableName: 'sites',
  properties: {
    ...baseProperties,
    brandId: p.string(),
    name: p.string(),
    timezone: p.string(),
    currency: p.string(),
    locale: p.string().nullable(),
    holdMinutes: p.integer().nullable(),
    openingHours: p.json<OpeningHours[]>(),
    openingExceptions: p.json<OpeningException[]>(),
  },
});

export type SiteRow = InferEntity<typeof SiteEntity>;
