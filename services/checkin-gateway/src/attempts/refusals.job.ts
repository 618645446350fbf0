import type { Logger } from 'pino';

/** Why a device was turned away. The words are stable. */
export type RefusalReason = 'wrong_token' | 'wrong_serial' | 'device_not_allowed' | 'flood';

/** Something of a device that was refused, and how many times. */
export interface RefusedAttempt {
  readonly deviceId: string;
  readonly reason: RefusalReason;
  readonly count: number;
}

/** The refusals of devices on their way to the log: the first at once, those after it as one line for each minute. */
export interface Refusals {
  /** Nobody waits for it. */
  note(deviceId: string, reason: RefusalReason): void;
  /** Writes down what is left. */
  stop(): Promise<void>;
}

export interface RefusalsOptions {
  readonly log: Logger;
  keep(attempt: RefusedAttempt): Promise<void>;
}

const everyMs = 60_000;
/** Ids come from tokens that may be made up. */
const keysMax = 1_000;

/** Makes the one of a service. */
export function openRefusals({ log, keep }: RefusalsOptions): Refusals {
  const following = new Map<string, RefusedAttempt>();
  const write = async (attempt: RefusedAttempt): Promise<void> => {
    const { deviceId, reason, count } = attempt;
    log.warn({ device_id: deviceId, count }, `a reader was refused: ${reason}`);
    try {
      await keep(attempt);
    } catch (error) {
      log.warn({ err: error, device_id: deviceId }, 'a refusal could not be written down');
    }
  };
  const flush = async (): Promise<void> => {
    const due = [...following].filter(([, { count }]) => count > 0);
    following.clear();
    for (const [key, attempt] of due) following.set(key, { ...attempt, count: 0 });
    await Promise.all(due.map(([, attempt]) => write(attempt)));
  };
  const timer = setInterval(() => void flush(), everyMs).unref();
  return {
    note: (deviceId, reason) => {
      const key = `${reason} ${deviceId}`;
      const last = following.get(key);
      if (!last && following.size >= keysMax) return;
      following.set(key, { deviceId, reason, count: last ? last.count + 1 : 0 });
      if (!last) void write({ deviceId, reason, count: 1 });
    },
    stop: async () => {
      clearInterval(timer);
      await flush();
    },
  };
}
