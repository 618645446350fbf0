import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { baseProperties } from '@lido/runtime/db/base.ts';

/** How members of a type are billed. Amounts are of the currency's smallest unit. */
export const RateEntity = defineEntity({
  name: 'MembershipRate',
  tableName: 'membership_rates',
  properties: {
    ...baseProperties,
    membershipTypeId: p.string(),
    name: p.string(),
    currency: p.string(),
    price: p.bigint('number'),
    joiningFee: p.bigint('number'),
    billingFrequency: p.string(),
    processors: p.array().$type<string[]>(),
    defaultDuration: p.string().nullable(),
    private: p.boolean(),
  },
});

export type RateRow = InferEntity<typeof RateEntity>;
