import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Launch } from '../../tools/start/launch.ts';
import type { Environment } from '../../tools/start/services.ts';
import { startSystem, type System } from '../../tools/start/system.ts';
import { freshNats, postgres, randomPrefix, type TestNats } from './servers.ts';

/** The six services on databases, a nats-server and ports of their own. */
export interface TestSystem extends System {
  readonly nats: TestNats;
  /** The all-powerful first staff token. */
  readonly bootstrapToken: string;
  /** Stops the services, then drops the databases and the nats-server. */
  drop(): Promise<void>;
}

export interface TestSystemOptions {
  /** Added to every service's environment. */
  readonly env?: Environment;
  /** In the test's process by default. */
  readonly launch?: Launch;
}

/** Starts the system that `npm start` starts, beside any other. */
export async function freshSystem({ env = {}, launch }: TestSystemOptions = {}): Promise<TestSystem> {
  const nats = await freshNats();
  const bootstrapToken = randomPrefix();
  const mediaFolder = await mkdtemp(join(tmpdir(), 'lido-media-'));
  const system = await startSystem({
    postgres: postgres(),
    natsUrl: nats.url,
    httpPort: 0,
    readersPort: 0,
    databasePrefix: `${randomPrefix()}_`,
    env: { LIDO_LOG_LEVEL: 'error', LIDO_BOOTSTRAP_TOKEN: bootstrapToken, LIDO_MEDIA_FOLDER: mediaFolder, ...env },
    ...(launch === undefined ? {} : { launch }),
  });
  return {
    ...system,
    nats,
    bootstrapToken,
    drop: async () => {
      await system.stop();
      await system.dropDatabases();
      await nats.drop();
      await rm(mediaFolder, { recursive: true, force: true });
    },
  };
}
