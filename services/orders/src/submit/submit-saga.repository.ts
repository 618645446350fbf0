import type { SqlEntityManager } from '@mikro-orm/postgresql';

/** A submit under way. `confirming` means that availability may have confirmed: from there it only goes forward. */
export interface Saga {
  orderId: string;
  organisationId: string;
  /** Whoever holds the lease knows it; after a takeover the former holder's writes find nothing. */
  token: string;
  stage: 'submitting' | 'confirming';
  skipRules: boolean;
  actor: string;
  requestId: string;
}

// Longer than all steps with their deadlines together.
const lease = `interval '60 seconds'`;
const columns = `order_id as "orderId", organisation_id as "organisationId", token, stage, skip_rules as "skipRules", actor, request_id as "requestId"`;

/** The order's submit, and whether its holder still has time. */
export async function findSaga(
  em: SqlEntityManager,
  orderId: string,
): Promise<(Saga & { isLeased: boolean }) | undefined> {
  const [saga] = await em.execute<(Saga & { isLeased: boolean })[]>(
    `select ${columns}, leased_until > lido_now() as "isLeased" from submit_sagas where order_id = ?`,
    [orderId],
  );
  return saga;
}

/** Begins a submit, or takes over one whose holder has gone, keeping how far it had come. */
export async function leaseSaga(em: SqlEntityManager, saga: Saga): Promise<void> {
  await em.execute(
    `insert into submit_sagas (order_id, organisation_id, token, stage, skip_rules, actor, request_id, leased_until)
     values (?, ?, ?, ?, ?, ?, ?, lido_now() + ${lease})
     on conflict (order_id) do update
       set token = excluded.token, skip_rules = excluded.skip_rules, actor = excluded.actor, request_id = excluded.request_id,
           leased_until = excluded.leased_until`,
    [saga.orderId, saga.organisationId, saga.token, saga.stage, saga.skipRules, saga.actor, saga.requestId],
    'run',
  );
}

/** Notes that availability is about to be asked to confirm. False when somebody else has taken the submit over. */
export async function startConfirming(em: SqlEntityManager, { orderId, token }: Saga): Promise<boolean> {
  const rows = await em.execute<unknown[]>(
    `update submit_sagas set stage = 'confirming', leased_until = lido_now() + ${lease}
     where order_id = ? and token = ? and stage = 'submitting' returning 1`,
    [orderId, token],
  );
  return rows.length === 1;
}

/** Ends a submit. False when somebody else has taken it over. */
export async function endSaga(em: SqlEntityManager, { orderId, token }: Saga): Promise<boolean> {
  const rows = await em.execute<unknown[]>('delete from submit_sagas where order_id = ? and token = ? returning 1', [
    orderId,
    token,
  ]);
  return rows.length === 1;
}

/** Gives the lease back at once, so that a retry or the sweeper goes on where this attempt could not. */
export async function yieldLease(em: SqlEntityManager, { orderId, token }: Saga): Promise<void> {
  await em.execute(
    'update submit_sagas set leased_until = lido_now() where order_id = ? and token = ?',
    [orderId, token],
    'run',
  );
}

/** Takes over submits whose holder has gone, at most 20 at a time; other replicas pass over the same rows. */
export async function takeLapsedSagas(em: SqlEntityManager, token: string): Promise<Saga[]> {
  return em.execute<Saga[]>(
    `update submit_sagas set token = ?, leased_until = lido_now() + ${lease}
     where order_id in (select order_id from submit_sagas where leased_until <= lido_now() order by leased_until limit 20 for update skip locked)
     returning ${columns}`,
    [token],
  );
}
