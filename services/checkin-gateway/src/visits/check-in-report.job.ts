import type { FilterQuery } from '@mikro-orm/core';
import type { QueueListCheckInsRequest } from '@lido/proto/lido/checkin/v1/check_in.ts';
import type { ReportCall, ReportKind, ReportRow } from '@lido/runtime/jobs/job.ts';
import { asked } from '@lido/runtime/resource/list.ts';
import { zonesOf } from '@lido/runtime/resource/load.ts';
import { listable, siteScope } from '@lido/runtime/resource/scope.ts';
import { findKnownCustomers } from '../projections/known.repository.ts';
import { filtersOf } from './check-in-filters.ts';
import { toCheckIn, toldVisit } from './check-in-message.ts';
import { VisitEntity, type VisitRow } from './visit.entity.ts';

const scope = siteScope<VisitRow>();
const batchMax = 500;

/** The check-ins of the list as CSV, newest first. */
export const checkInReport: ReportKind<QueueListCheckInsRequest> = {
  type: 'check_ins',
  columns: [
    ...['id', 'customer_id', 'customer_name', 'customer_email', 'membership_id', 'site_id', 'method'],
    ...['checked_in_at', 'checked_out_at'],
  ],
  rows: reportRows,
};

async function* reportRows(request: QueueListCheckInsRequest, call: ReportCall): AsyncIterable<ReportRow> {
  const siteIds = asked(request.siteId);
  const zone = (await zonesOf(call.em, siteIds ?? [])).get(request.siteId ?? '') ?? 'UTC';
  const customerId = request.customerId ? [request.customerId] : [];
  const conditions = [
    listable(scope, call, siteIds),
    { deletedAt: null },
    ...filtersOf({ ...request, customerId }, zone),
  ];
  for (let last: VisitRow | undefined; ; ) {
    const visits: VisitRow[] = await readBatch([...conditions, ...(last ? [behind(last)] : [])], call);
    const customerIds = [...new Set(visits.map((visit) => visit.customerId))];
    const customers = await findKnownCustomers(call.em, call.principal.organisationId, customerIds);
    for (const visit of visits) {
      const { customer, method, ...checkIn } = toCheckIn(toldVisit(visit), customers.get(visit.customerId));
      yield {
        ...{ id: checkIn.id, membership_id: checkIn.membershipId, site_id: checkIn.siteId, method: method?.name },
        ...{ customer_id: customer?.id, customer_name: customer?.fullName, customer_email: customer?.email },
        ...{ checked_in_at: checkIn.checkedInAt, checked_out_at: checkIn.checkedOutAt },
      };
    }
    last = visits.at(-1);
    if (visits.length < batchMax) return;
  }
}

/** In keys rather than in pages: whoever comes meanwhile moves nobody from one batch to the next. */
function behind({ checkedInAt, id }: VisitRow): FilterQuery<VisitRow> {
  return { $or: [{ checkedInAt: { $lt: checkedInAt } }, { checkedInAt, id: { $gt: id } }] };
}

function readBatch(conditions: FilterQuery<VisitRow>[], { em }: ReportCall): Promise<VisitRow[]> {
  const where = { $and: conditions } as FilterQuery<VisitRow>;
  const orderBy = { checkedInAt: 'desc', id: 'asc' } as const;
  return em.find(VisitEntity, where, { orderBy, limit: batchMax, disableIdentityMap: true });
}
