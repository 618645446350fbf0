import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { Visibility } from '@lido/proto/lido/memberships/v1/membership_type.ts';
import { baseProperties } from '@lido/runtime/db/base.ts';

/** A kind of membership that a brand offers. */
export const TypeEntity = defineEntity({
  name: 'MembershipType',
  tableName: 'membership_types',
  properties: {
    ...baseProperties,
    brandId: p.string(),
    name: p.string(),
    description: p.text().nullable(),
    terms: p.text().nullable(),
    offlinePayments: p.boolean(),
    disableConfirmationEmail: p.boolean(),
    defaultDuration: p.string(),
    minimumStartDate: p.date().nullable(),
    visibility: p.string().$type<Visibility>(),
    minMembers: p.integer(),
    maxMembers: p.integer(),
    visitLimit: p.integer().nullable(),
    revenueSchedule: p.string().nullable(),
    order: p.integer().name('sort_order'),
  },
});

export type TypeRow = InferEntity<typeof TypeEntity>;
