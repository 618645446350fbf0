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

/** Stops services in the reverse order of their start; one that fails to stop does not keep the others running. */
export async function stopInReverse(running: readonly RunningService[]): Promise<void> {
  for (const service of running.toReversed()) {
    await service.stop().catch((error: unknown) => console.error(`${service.name} did not stop cleanly:`, error));
  }
}
