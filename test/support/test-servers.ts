import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../tools/local/folders.ts';
import { endNatsOn, openNats } from '../../tools/local/nats.ts';
import { endServerOn, openPostgres } from '../../tools/local/postgres.ts';
import { isRunning } from '../../tools/local/processes.ts';

/** The servers of one test run. */
export interface TestServers {
  /** URL of the server's `postgres` database, with the user and password. */
  readonly postgresUrl: string;
  readonly natsUrl: string;
  /** Where tests put the data of servers of their own. */
  readonly folder: string;
  stop(): Promise<void>;
}

const runsDir = join(root, '.lido', 'test');

/** Starts the servers of this run in a folder of its own, which goes when the run is over. */
export async function startTestServers(): Promise<TestServers> {
  await sweepKilledRuns();
  const folder = join(runsDir, `run-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  const nats = await openNats({ storeDir: join(folder, 'nats'), log: console.log });
  const postgres = await openPostgres({ dataDir: join(folder, 'postgres'), durable: false });
  return {
    postgresUrl: postgres.url('postgres'),
    natsUrl: nats.url,
    folder,
    stop: async () => {
      await Promise.all([nats.stop(), postgres.stop()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Runs that were killed leave their servers and folders; whoever comes next ends and removes them. */
async function sweepKilledRuns(): Promise<void> {
  if (!existsSync(runsDir)) return;
  for (const name of readdirSync(runsDir)) {
    const pid = Number(name.replace('run-', ''));
    if (isRunning(pid, 'vitest')) continue;
    const folder = join(runsDir, name);
    await endServerOn(join(folder, 'postgres'));
    const stores = readdirSync(folder).filter((file) => file.endsWith('.pid'));
    for (const store of stores) await endNatsOn(join(folder, store.slice(0, -'.pid'.length)));
    rmSync(folder, { recursive: true, force: true });
  }
}
