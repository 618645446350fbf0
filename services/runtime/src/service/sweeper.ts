import { waiter } from '../events/waiter.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';

/** Work that is looked for again and again, and at once when woken. */
export interface Sweeper {
  wake(): void;
  /** Begins to look; answers how to stop. */
  start(): { stop(): Promise<void> };
}

export interface SweeperOptions {
  /** What is swept, for the log. */
  name: string;
  everyMs: number;
  telemetry: Telemetry;
}

/** Repeats `sweep`; one that fails is logged and tried again at the next turn. */
export function sweeperOf(sweep: () => Promise<unknown>, { name, everyMs, telemetry }: SweeperOptions): Sweeper {
  const signal = waiter();
  const run = async (stopped: AbortSignal): Promise<void> => {
    while (!stopped.aborted) {
      await sweep().catch((error: unknown) =>
        telemetry.log.warn({ err: error, sweeper: name }, 'a sweep failed and is tried again'),
      );
      if (!stopped.aborted) await signal.wait(everyMs);
    }
  };
  return {
    wake: signal.wake,
    start: () => {
      const stopping = new AbortController();
      const running = run(stopping.signal);
      return {
        stop: async () => {
          stopping.abort();
          signal.wake();
          await running;
        },
      };
    },
  };
}
