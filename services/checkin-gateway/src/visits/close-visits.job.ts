import { writeEvent } from '@lido/runtime/events/outbox.ts';
import { newUuid } from '@lido/runtime/service/ids.ts';
import type { ServiceParts } from '@lido/runtime/service/start-service.ts';
import { findKnownCustomers } from '../projections/known.repository.ts';
import type { VisitPolicy } from './policy.ts';
import { VisitEntity } from './visit.entity.ts';
import { closeVisit, overdueSince } from './visit.repository.ts';

const batchMax = 100;
const actor = 'service:checkin-gateway';

/** Ends the visits that have lasted longer than the site allows, at the time when they should have ended. Answers how many. */
export async function closeOverdueVisits(
  parts: Pick<ServiceParts, 'db' | 'clock' | 'onCommit'>,
  policy: VisitPolicy,
): Promise<number> {
  const nowMs = parts.clock.nowMs();
  const before = new Date(nowMs - policy.maxVisitMinutes * 60_000);
  const count = await parts.db.transaction(async (em) => {
    const rows = await em.execute<{ id: string }[]>(
      `select id from visits where checked_out_at is null and deleted_at is null and checked_in_at <= ?
       order by checked_in_at limit ${batchMax} for update skip locked`,
      [before],
    );
    const visits = await em.find(VisitEntity, { id: { $in: rows.map(({ id }) => id) } });
    const emit = (event: Parameters<typeof writeEvent>[1]) => writeEvent(em, event, { actor, requestId: newUuid() });
    for (const visit of visits) {
      const at = overdueSince(visit, policy, nowMs) ?? new Date(nowMs);
      const customers = await findKnownCustomers(em, visit.organisationId, [visit.customerId]);
      await closeVisit(visit, { at, by: 'max_visit' }, customers.get(visit.customerId), {
        em,
        emit,
        nowMs,
        policy,
        actor,
      });
    }
    return visits.length;
  });
  if (count > 0) parts.onCommit();
  return count;
}
