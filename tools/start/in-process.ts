import { pathToFileURL } from 'node:url';
import { type LaunchOptions, type RunningService, serviceFile, stopInReverse } from './launch.ts';
import type { Environment, ServicePlan } from './services.ts';

/** What `src/start.ts` of a service exports. */
interface StartModule {
  start(env: Environment): Promise<RunningService>;
}

/** Starts the services inside this process, over real gRPC between them. */
export async function startInProcess(plan: readonly ServicePlan[], options: LaunchOptions): Promise<RunningService[]> {
  const running: RunningService[] = [];
  try {
    for (const { name, env } of plan) {
      const { start } = (await import(
        pathToFileURL(serviceFile(options.servicesDir, name, 'start.ts')).href
      )) as StartModule;
      const service = await start(env);
      running.push(service);
      options.log(`  ${name} on ${service.address}`);
    }
    return running;
  } catch (error) {
    await stopInReverse(running);
    throw error;
  }
}
