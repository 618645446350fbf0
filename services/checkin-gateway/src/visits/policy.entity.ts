import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { AntiPassback, ZoneCapacity } from '@lido/proto/lido/checkin/v1/visit_policy.ts';
import { baseProperties } from '@lido/runtime/db/base.ts';

/** The rules a site has chosen, under the site's own id. */
export const VisitPolicyEntity = defineEntity({
  name: 'VisitPolicy',
  tableName: 'visit_policies',
  properties: {
    ...baseProperties,
    antiPassback: p.string().$type<AntiPassback>(),
    antiPassbackMinutes: p.integer(),
    duplicateMs: p.integer(),
    minStaySeconds: p.integer(),
    maxVisitMinutes: p.integer(),
    bookingEarlyMinutes: p.integer(),
    reentryDelaySeconds: p.integer(),
    paymentRequired: p.boolean(),
    capacity: p.integer().nullable(),
    zoneCapacities: p.json().$type<ZoneCapacity[]>(),
    staffCustomerIds: p.array(),
  },
});

export type VisitPolicyRow = InferEntity<typeof VisitPolicyEntity>;
