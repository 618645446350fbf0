import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { baseProperties } from '@lido/runtime/db/base.ts';

const whenProperties = {
  parentId: p.string(),
  dateFrom: p.string().nullable(),
  dateTo: p.string().nullable(),
  weekdays: p.array(),
  timeFrom: p.string().nullable(),
  timeTo: p.string().nullable(),
} as const;

/** Prices of all kinds of offerings; what a kind does not know stays null. */
export const PriceRuleEntity = defineEntity({
  name: 'PriceRule',
  tableName: 'price_rules',
  properties: {
    ...baseProperties,
    ...whenProperties,
    duration: p.integer().nullable(),
    maxDuration: p.integer().nullable(),
    price: p.bigint('number'),
  },
});

/** When offerings, rooms and areas can be booked, and for how long where their kind knows that. */
export const AvailabilityRuleEntity = defineEntity({
  name: 'AvailabilityRule',
  tableName: 'availability_rules',
  properties: {
    ...baseProperties,
    ...whenProperties,
    weekday: p.string().nullable(),
    isAvailable: p.boolean(),
    minDuration: p.integer().nullable(),
    maxDuration: p.integer().nullable(),
  },
});

export type PriceRuleRow = InferEntity<typeof PriceRuleEntity>;
export type AvailabilityRuleRow = InferEntity<typeof AvailabilityRuleEntity>;
