import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { baseProperties } from '@lido/runtime/db/base.ts';

/** What ended a visit: a reader, a check-in that ended, the next arrival, or time. */
export type ClosedBy = 'tap' | 'check_out' | 'next_check_in' | 'max_visit';

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
    checkedInAt: p.datetime(),
    checkedOutAt: p.datetime().nullable(),
    closedBy: p.string().$type<ClosedBy>().nullable(),
  },
});

export type VisitRow = InferEntity<typeof VisitEntity>;
