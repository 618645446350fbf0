import type { Database } from '../db/database.ts';
import type { Clock } from './clock.ts';

/** A clock that follows the shift of `lido_now()`, so that code and SQL agree while time is moved. */
export interface MovableClock extends Clock {
  stop(): void;
}

const followEveryMs = 100;

/** Follows the database's shift; it is at most a tenth of a second behind. */
export async function followDatabaseClock(db: Database): Promise<MovableClock> {
  let shiftMs = 0;
  const follow = async (): Promise<void> => {
    const [row] = await db
      .fork()
      .execute<{ ms: string }[]>('select (extract(epoch from shift) * 1000)::bigint as ms from lido_clock');
    shiftMs = Number(row?.ms ?? 0);
  };
  await follow();
  const timer = setInterval(() => void follow().catch(() => undefined), followEveryMs);
  return { nowMs: () => Date.now() + shiftMs, stop: () => clearInterval(timer) };
}
