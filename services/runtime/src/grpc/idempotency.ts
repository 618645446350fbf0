import { createHash } from 'node:crypto';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { Refusal } from '../errors/refusal.ts';
import type { Call } from './call.ts';

/** A request that the client may send again without a second effect. */
export interface IdempotentRequest {
  principal: string;
  rpc: string;
  key: string;
  bodyHash: string;
}

/**
 * The key of what a call has another service do, so that the call's repetition finds it done. Services share one
 * name there, so it is made of the caller too; `effect` tells several of one call apart. Undefined without a key.
 */
export function innerKey(
  { actor, idempotencyKey }: Pick<Call, 'actor' | 'idempotencyKey'>,
  effect: string,
): string | undefined {
  if (idempotencyKey === undefined) return undefined;
  return createHash('sha256')
    .update(JSON.stringify([actor, effect, idempotencyKey]))
    .digest('hex');
}

/**
 * Looks for the answer a key has had, in the transaction of the effect.
 * The same key with another body is refused, and so is a key whose first request still runs.
 */
export async function findAnswer(em: SqlEntityManager, request: IdempotentRequest): Promise<Buffer | undefined> {
  const { principal, rpc, key } = request;
  const [lock] = await em.execute<{ held: boolean }[]>(
    'select pg_try_advisory_xact_lock(hashtextextended(?, 0)) as held',
    [`${principal} ${rpc} ${key}`],
  );
  if (!lock?.held) {
    throw new Refusal(
      'state_conflict',
      'idempotency_in_flight',
      'A request with this Idempotency-Key is still being worked on.',
    );
  }
  const [row] = await em.execute<{ body_hash: string; answer: Buffer }[]>(
    `select body_hash, answer from idempotency_keys
     where principal = ? and rpc = ? and key = ? and created_at > lido_now() - interval '24 hours'`,
    [principal, rpc, key],
  );
  if (row && row.body_hash !== request.bodyHash) {
    throw new Refusal('invalid', 'idempotency_key_reused', 'This Idempotency-Key was used with another body.', {
      fields: { 'Idempotency-Key': ['This key was used with another body; use a new key for a new request.'] },
    });
  }
  return row?.answer;
}

/** Remembers the answer of an effect, in the effect's transaction. */
export async function keepAnswer(em: SqlEntityManager, request: IdempotentRequest, answer: Uint8Array): Promise<void> {
  await em.execute(
    `insert into idempotency_keys (principal, rpc, key, body_hash, answer, created_at) values (?, ?, ?, ?, ?, lido_now())
     on conflict (principal, rpc, key) do update
       set body_hash = excluded.body_hash, answer = excluded.answer, created_at = excluded.created_at`,
    [request.principal, request.rpc, request.key, request.bodyHash, Buffer.from(answer)],
    'run',
  );
}
