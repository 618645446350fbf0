import { defineEntity, p } from '@mikro-orm/core';
import { type BaseRow, baseProperties } from '@lido/runtime/db/base.ts';

/** What ended a visit: a reader, the next arrival, or time. */
export type ClosedBy = 'tap' | 'next_check_in' | 'max_visit';

/** One customer's stay at a site; at most one of each customer is open. */
export interface VisitRow extends BaseRow {
  siteId: string;
  customerId: string;
  membershipId: string | null;
  /** Absent for generic methods, `gantner` for readers. */
  methodType: string | null;
  methodId: string;
  /** Kept with the visit, so that it outlives the reader. */
  methodName: string;
  checkedInAt: Date;
  checkedOutAt: Date | null;
  closedBy: ClosedBy | null;
}

export const visitEntity = defineEntity({
  name: 'Visit',
  tableName: 'visits',
  properties: {
    ...baseProperties,
    siteId: p.string(),
    customerId: p.string(),
    membershipId: p.string().nullable(),
    methodType: p.string().nullable(),
    methodId: p.string(),
    methodName: p.string(),
    checkedInAt: p.datetime(),
    checkedOutAt: p.datetime().nullable(),
    closedBy: p.string().$type<ClosedBy>().nullable(),
  },
});
