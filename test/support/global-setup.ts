import type { TestProject } from 'vitest/node';
import { startTestServers, type TestServers } from './test-servers.ts';

declare module 'vitest' {
  interface ProvidedContext {
    postgresUrl: string;
    natsUrl: string;
    serversFolder: string;
  }
}

/** Every project that needs servers runs this file as a module of its own; the process has one set for all of them. */
interface SharedServers {
  users: number;
  servers: Promise<TestServers>;
}

const holder = globalThis as typeof globalThis & { lidoTestServers?: SharedServers | undefined };

/** Gives a project the run's servers; answers what to do when the project is done. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  holder.lidoTestServers ??= { users: 0, servers: startTestServers() };
  const shared = holder.lidoTestServers;
  shared.users += 1;
  const { postgresUrl, natsUrl, folder, stop } = await shared.servers;
  project.provide('postgresUrl', postgresUrl);
  project.provide('natsUrl', natsUrl);
  project.provide('serversFolder', folder);
  return async () => {
    shared.users -= 1;
    if (shared.users > 0) return;
    holder.lidoTestServers = undefined;
    await stop();
  };
}
