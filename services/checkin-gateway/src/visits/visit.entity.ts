import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { baseProperties } from '@lido/runtime/db/base.ts';
import type { ClosedBy } from './fold-visits.ts';

/** One customer's stay at a site; at most one of each customer is open. */
export const VisitEntity = defineEntity({
  name: 'Visit',
  tableName: 'visits',
  properties: {
    ...baseProperties,
    siteId: p.string(),
    customerId: p.string(),
    membershipId: p.string().nullable(),
    /** Absent for generic methods, `gantner` for readers. */
    methodType: p.string().nullable(),
    methodId: p.string(),
    /** Kept with the visit, so that it outlives the reader. */
    methodName: p.string(),
    /** Where in the site the customer was last; absent where no door told. */
    zone: p.string().nullable(),
    checkedInAt: p.datetime(),
    /** When the visit ends if nobody ends it. */
    endsBy: p.datetime(),
    checkedOutAt: p.datetime().nullable(),
    closedBy: p.string().$type<ClosedBy>().nullable(),
  },
});

export type VisitRow = InferEntity<typeof VisitEntity>;
