import { join } from 'node:path';
import type { ServicePlan } from './services.ts';

/** A running service. */
export interface RunningService {
  readonly name: string;
  /** host:port of its gRPC server; of its HTTP server for the gateway. */
  readonly address: string;
  stop(): Promise<void>;
}

/** Starts the services in the plan's order. When one fails it stops those before it and throws. */
export type Launch = (plan: readonly ServicePlan[], options: LaunchOptions) => Promise<RunningService[]>;

export interface LaunchOptions {
  readonly servicesDir: string;
  readonly log: (line: string) => void;
}

/** The path of one of the two entry files of a service. */
export function serviceFile(servicesDir: string, name: string, file: 'start.ts' | 'main.ts'): string {
  return join(servicesDir, name, 'src', file);
}

/** A service that drains takes a few seconds; one that takes longer than this must not keep the rest alive. */
const stopTimeoutMs = 15_000;

/** Stops services in the reverse order of their start; one that fails to stop does not keep the others running. */
export async function stopInReverse(running: readonly RunningService[]): Promise<void> {
  for (const service of running.toReversed()) {
    const late = AbortSignal.timeout(stopTimeoutMs);
    const isLate = new Promise<never>((_resolve, reject) => late.addEventListener('abort', () => reject(late.reason)));
    await Promise.race([service.stop(), isLate]).catch((error: unknown) =>
      console.error(`${service.name} did not stop cleanly:`, error),
    );
  }
}
