import type { ServiceParts } from '@lido/runtime/service/start-service.ts';
import { forgetBefore } from './attempt.repository.ts';

const batchMax = 1_000;
const dayMs = 86_400_000;

/**
 * Forgets the attempts, and the taps behind them, that are older than so many days, batch by batch. Answers how many rows. Visits stay,
 * because they are made of movements: a tap that is handed in again after that changes nothing.
 */
export async function forgetOldTaps(
  { db, clock }: Pick<ServiceParts, 'db' | 'clock'>,
  retentionDays: number,
  countMax = batchMax,
): Promise<number> {
  const before = new Date(clock.nowMs() - retentionDays * dayMs);
  let forgotten = 0;
  for (const table of ['attempts', 'taps'] as const) {
    for (let count = countMax; count === countMax; forgotten += count) {
      count = await forgetBefore(db.fork(), table, { before, countMax });
    }
  }
  return forgotten;
}
