import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { baseProperties } from '@lido/runtime/db/base.ts';
import { InstantText } from '@lido/runtime/db/instant-text.ts';

/** Time at which a practitioner, its parent, works or does not, whatever the rota says. */
export const CustomAvailabilityEntity = defineEntity({
  name: 'CustomAvailability',
  tableName: 'custom_availability',
  properties: {
    ...baseProperties,
    parentId: p.string(),
    dateTimeFrom: p.type(InstantText).$type<string>(),
    dateTimeTo: p.type(InstantText).$type<string>(),
    isAvailable: p.boolean(),
  },
});

export type CustomAvailabilityRow = InferEntity<typeof CustomAvailabilityEntity>;
