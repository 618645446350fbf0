import { newUuid } from '@lido/runtime/service/ids.ts';
import type { ServiceParts } from '@lido/runtime/service/start-service.ts';
import { findKnownCustomers } from '../projections/known.repository.ts';
import { customerKey, refold } from './record-movement.repository.ts';
import { lockSubject } from './visit.repository.ts';

const batchMax = 100;
const actor = 'service:checkin-gateway';

interface Overdue {
  readonly organisationId: string;
  readonly customerId: string;
  readonly checkedInAt: Date;
}

/** Ends the visits that have lasted longer than the site allows, at the time when they should have ended. Answers how many. */
export async function closeOverdueVisits(parts: Pick<ServiceParts, 'db' | 'clock' | 'onCommit'>): Promise<number> {
  const nowMs = parts.clock.nowMs();
  const overdue = await parts.db.fork().execute<Overdue[]>(
    `select organisation_id as "organisationId", customer_id as "customerId", checked_in_at as "checkedInAt" from visits
     where checked_out_at is null and deleted_at is null and ends_by <= ? order by ends_by limit ${batchMax}`,
    [new Date(nowMs)],
  );
  for (const visit of overdue) await closeOverdue(visit, parts, nowMs);
  if (overdue.length > 0) parts.onCommit();
  return overdue.length;
}

/** One customer at a time under their lock: a tap that comes meanwhile waits, or has ended the visit already. */
function closeOverdue(
  { organisationId, customerId, checkedInAt }: Overdue,
  { db }: Pick<ServiceParts, 'db'>,
  nowMs: number,
): Promise<unknown> {
  return db.transaction(async (em) => {
    await lockSubject(em, customerKey(customerId));
    const customer = (await findKnownCustomers(em, organisationId, [customerId])).get(customerId);
    const origin = { actor, requestId: newUuid() };
    await refold({ organisationId, customerId, customer }, { at: new Date(checkedInAt) }, { em, origin, nowMs });
  });
}
