import type { CheckIn, CheckInCustomer } from '@lido/proto/lido/checkin/v1/check_in.ts';
import { formatUtcMs } from '@lido/runtime/time/zone.ts';
import type { VisitRow } from './visit.entity.ts';

/** A visit as clients see it. A customer who is not known any more is shown by id alone. */
export function toCheckIn(visit: VisitRow, customer: CheckInCustomer | undefined): CheckIn {
  return {
    id: visit.id,
    customer: customer ?? { id: visit.customerId, firstName: null, lastName: null, fullName: null, email: null },
    membershipId: visit.membershipId,
    siteId: visit.siteId,
    method: { name: visit.methodName },
    checkedInAt: formatUtcMs(visit.checkedInAt.getTime()),
    checkedOutAt: visit.checkedOutAt && formatUtcMs(visit.checkedOutAt.getTime()),
  };
}
