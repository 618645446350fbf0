import { randomUUID } from 'node:crypto';
import { sweeperOf, type Sweeper } from '../service/sweeper.ts';
import type { ReportKind } from './job.ts';
import { takeJob } from './job.repository.ts';
import { gaveUp, type JobParts, runJob } from './run-job.ts';

/** Where a service's handlers leave work for later. */
export interface JobQueue {
  /** The service's name, with which its jobs' ids begin. */
  readonly service: string;
  /** Has the queue looked at, after the transaction that added a job. */
  wake(): void;
}

/** How many jobs one process runs at a time. */
const lanes = 2;
/** How soon a job is found that another process queued or left. */
const everyMs = 5_000;

/** The queue of one service, and its runner. */
export function openJobQueue(
  service: string,
  parts: JobParts,
): JobQueue & { run(kinds: readonly ReportKind<never>[]): { stop(): Promise<void> } } {
  const runners: Sweeper[] = [];
  return {
    service,
    wake: () => {
      for (const runner of runners) runner.wake();
    },
    run: (kinds) => {
      const stopping = new AbortController();
      const known = new Map(kinds.map((kind) => [kind.type, kind as ReportKind<object>]));
      const work = () => runWaiting(known, { ...parts, stopping: stopping.signal });
      for (let lane = 0; lane < lanes; lane++) {
        runners.push(sweeperOf(work, { name: 'jobs', everyMs, telemetry: parts.telemetry }));
      }
      const running = runners.map((runner) => runner.start());
      return {
        stop: async () => {
          stopping.abort();
          await Promise.all(running.map((runner) => runner.stop()));
        },
      };
    },
  };
}

async function runWaiting(
  kinds: ReadonlyMap<string, ReportKind<object>>,
  parts: JobParts & { stopping: AbortSignal },
): Promise<void> {
  while (!parts.stopping.aborted) {
    const runner = randomUUID();
    const job = await takeJob(parts.db, runner, [...kinds.keys()], gaveUp);
    const kind = job && kinds.get(job.type);
    if (!job || !kind) return;
    await runJob(job, runner, kind, parts);
  }
}
