import { batchMax, deleteInBatches } from '@lido/runtime/events/housekeeping.ts';
import type { ServiceParts } from '@lido/runtime/service/start-service.ts';

/** Forgets the triggers whose actions have run long ago, and the claims that keep no action from running any more. */
export async function forgetFired(db: ServiceParts['db']): Promise<void> {
  await deleteInBatches(db, forgetTriggers);
  await deleteInBatches(db, forgetClaims);
}

const longAgo = `lido_now() - interval '30 days'`;

const forgetTriggers = `delete from fired_triggers where seq in (
  select seq from fired_triggers where done_at < ${longAgo} limit ${batchMax}) returning 1`;

/**
 * A claim of an action that runs once stays for as long as its subject can fire, however long ago that was: while the check-in or the
 * code is there, or something fired of it still waits. Of all other actions ten seconds would do.
 */
const forgetClaims = `delete from action_claims where (action_id, subject_id) in (
  select c.action_id, c.subject_id from action_claims c join actions a on a.id = c.action_id
  where c.claimed_at < ${longAgo} and (a.deleted_at is not null or a.dedup_mode <> 'DEDUP_MODE_ONCE' or not (
    exists (select 1 from bookable_checkins s where s.id = c.subject_id and s.deleted_at is null)
    or exists (select 1 from codes s where s.id = c.subject_id and s.deleted_at is null)
    or exists (select 1 from fired_triggers f where f.subject_id = c.subject_id and f.done_at is null)))
  limit ${batchMax}) returning 1`;
