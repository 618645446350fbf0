import type { Env } from '../config/read-config.ts';
import type { RunningService } from './start-service.ts';

/** Runs a service as the whole of a process: says what is wrong in one sentence, and stops in order on SIGINT and SIGTERM. */
export async function runAsProcess(start: (env: Env) => Promise<RunningService>, env: Env): Promise<void> {
  try {
    const service = await start(env);
    let isStopping = false;
    const stop = (): void => {
      if (isStopping) return;
      isStopping = true;
      void service.stop().then(
        () => process.exit(0),
        () => process.exit(1),
      );
    };
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
}
