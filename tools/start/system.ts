import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../local/folders.ts';
import { freePort, localHost, waitUntil } from '../local/ports.ts';
import type { Postgres } from '../local/postgres.ts';
import { Sentence } from '../local/sentence.ts';
import { startInProcess } from './in-process.ts';
import { type Launch, type RunningService, stopInReverse } from './launch.ts';
import { type Environment, planServices, services } from './services.ts';

export interface SystemOptions {
  readonly postgres: Postgres;
  readonly natsUrl: string;
  /** The gateway's port; 0 takes a free one. */
  readonly httpPort: number;
  /** The port readers dial over WebSocket; 0 takes a free one. */
  readonly readersPort: number;
  /** Added to every service's environment. */
  readonly env: Environment;
  /** Begins the databases' names; `lido_` by default. Tests take one of their own. */
  readonly databasePrefix?: string;
  /** Where the services' folders are; the checkout's by default. */
  readonly servicesDir?: string;
  /** How to start the planned services; in this process by default. */
  readonly launch?: Launch;
  /** Called before the services start when their databases were made just now. */
  readonly onNewDatabases?: () => void;
  readonly log?: (line: string) => void;
}

/** The six services, running and ready. */
export interface System {
  /** For example http://127.0.0.1:8080 */
  readonly baseUrl: string;
  /** For example ws://127.0.0.1:8081 */
  readonly readersUrl: string;
  readonly natsUrl: string;
  readonly services: readonly RunningService[];
  /** The connection URL of a service's database, by short name, for example `orders`. */
  databaseUrl(database: string): string;
  /** Stops the services, the gateway first; databases and servers stay. */
  stop(): Promise<void>;
  /** Drops the system's databases; for tests, after stop. */
  dropDatabases(): Promise<void>;
}

const defaultPrefix = 'lido_';
const readyTimeoutMs = 60_000;

/** Makes the databases, starts the six services and returns when the gateway says it is ready. */
export async function startSystem(options: SystemOptions): Promise<System> {
  const { postgres, natsUrl, databasePrefix = defaultPrefix, log = () => {} } = options;
  const servicesDir = options.servicesDir ?? join(root, 'services');
  refuseMissingServices(servicesDir);
  const databases = databaseNames(databasePrefix);
  const made: boolean[] = [];
  for (const name of databases) made.push(await postgres.createDatabase(name));
  if (made.every(Boolean)) options.onNewDatabases?.();

  const httpPort = options.httpPort || (await freePort());
  const readersPort = options.readersPort || (await freePort());
  const databaseUrl = (database: string): string => postgres.url(databasePrefix + database);
  const plan = await planServices({ databaseUrl, natsUrl, httpPort, readersPort, env: options.env });
  const running = await (options.launch ?? startInProcess)(plan, { servicesDir, log });
  const stop = (): Promise<void> => stopInReverse(running);

  const baseUrl = `http://${localHost}:${httpPort}`;
  if (!(await waitUntil(() => isReady(baseUrl), readyTimeoutMs))) {
    await stop();
    throw new Sentence(
      `The services started, but ${baseUrl}/readyz did not become ready in ${readyTimeoutMs / 1000} s.`,
    );
  }
  return {
    baseUrl,
    readersUrl: `ws://${localHost}:${readersPort}`,
    natsUrl,
    services: running,
    databaseUrl,
    stop,
    dropDatabases: () => dropDatabases(postgres, databasePrefix),
  };
}

/** Drops the databases of the system whose databases' names begin with the prefix. */
export async function dropDatabases(postgres: Postgres, databasePrefix = defaultPrefix): Promise<void> {
  for (const name of databaseNames(databasePrefix)) await postgres.dropDatabase(name);
}

function databaseNames(prefix: string): string[] {
  return services.flatMap(({ database }) => (database === undefined ? [] : [prefix + database]));
}

function refuseMissingServices(servicesDir: string): void {
  const missing = services.filter(({ name }) => !existsSync(join(servicesDir, name, 'src', 'start.ts')));
  if (missing.length === 0) return;
  throw new Sentence(`This checkout lacks services: ${missing.map(({ name }) => name).join(', ')} (no src/start.ts).`);
}

async function isReady(baseUrl: string): Promise<boolean> {
  try {
    const answer = await fetch(`${baseUrl}/readyz`, { signal: AbortSignal.timeout(5_000) });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false;
  }
}
