import type { CheckIn, CheckInCustomer } from '@lido/proto/lido/checkin/v1/check_in.ts';
import { formatUtcMs } from '@lido/runtime/time/zone.ts';
import type { FoldedVisit } from './fold-visits.ts';
import type { VisitRow } from './visit.entity.ts';

/** What clients see of a visit. */
type ToldVisit = Pick<FoldedVisit, 'id' | 'siteId' | 'membershipId' | 'methodName' | 'checkedInMs' | 'checkedOutMs'> & {
  readonly customerId: string;
};

/** The same of a row. */
export function toldVisit(row: VisitRow): ToldVisit {
  const { id, siteId, customerId, methodName } = row;
  return {
    ...{ id, siteId, customerId, methodName, membershipId: row.membershipId ?? null },
    checkedInMs: row.checkedInAt.getTime(),
    checkedOutMs: row.checkedOutAt?.getTime() ?? null,
  };
}

/** A visit as clients see it. A customer who is not known any more is shown by id alone. */
export function toCheckIn(visit: ToldVisit, customer: CheckInCustomer | undefined): CheckIn {
  return {
    id: visit.id,
    customer: customer ?? { id: visit.customerId, firstName: null, lastName: null, fullName: null, email: null },
    membershipId: visit.membershipId,
    siteId: visit.siteId,
    method: { name: visit.methodName },
    checkedInAt: formatUtcMs(visit.checkedInMs),
    checkedOutAt: visit.checkedOutMs === null ? null : formatUtcMs(visit.checkedOutMs),
  };
}
