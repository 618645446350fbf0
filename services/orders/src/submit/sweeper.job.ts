import { waiter } from '@lido/runtime/events/waiter.ts';
import type { Telemetry } from '@lido/runtime/telemetry/telemetry.ts';

/** Work that is looked for again and again, and at once when woken. */
export interface Sweeper {
  wake(): void;
  /** Begins to look; answers how to stop. */
  start(): { stop(): Promise<void> };
}

/** Repeats `sweep` every `everyMs`; one that fails is logged and tried again. */
export function sweeperOf(sweep: () => Promise<void>, everyMs: number, { log }: Telemetry): Sweeper {
  const signal = waiter();
  return {
    wake: signal.wake,
    start: () => {
      let isStopped = false;
      const run = async (): Promise<void> => {
        while (!isStopped) {
          await sweep().catch((error: unknown) =>
            log.warn({ err: error }, 'unfinished submits and releases wait: the sweep failed'),
          );
          if (!isStopped) await signal.wait(everyMs);
        }
      };
      const running = run();
      return {
        stop: async () => {
          isStopped = true;
          signal.wake();
          await running;
        },
      };
    },
  };
}
