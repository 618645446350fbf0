import type { ServiceParts } from '@lido/runtime/service/start-service.ts';
import { forgetAttempts } from './attempt.repository.ts';

const batchMax = 1_000;
const dayMs = 86_400_000;

/** Forgets the attempts that are older than so many days, batch by batch. Answers how many. */
export async function forgetOldAttempts(
  { db, clock }: Pick<ServiceParts, 'db' | 'clock'>,
  retentionDays: number,
  batch = batchMax,
): Promise<number> {
  const before = new Date(clock.nowMs() - retentionDays * dayMs);
  for (let forgotten = 0; ; ) {
    const count = await forgetAttempts(db.fork(), before, batch);
    forgotten += count;
    if (count < batch) return forgotten;
  }
}
