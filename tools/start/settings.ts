import { resolve } from 'node:path';
import { root } from '../local/folders.ts';
import { Sentence } from '../local/sentence.ts';
import type { Environment } from './services.ts';

/** What the person who starts Lido may choose. */
export interface StartSettings {
  readonly dataDir: string;
  readonly httpPort: number;
  readonly readersPort: number;
  /** Where the services' folders are; another place serves tests of the launcher. */
  readonly servicesDir: string;
  /** Whether every service is a process of its own. */
  readonly processes: boolean;
}

/** Reads LIDO_DATA, LIDO_PORT, LIDO_READERS_PORT (by default the port after LIDO_PORT), LIDO_SERVICES_DIR, `--processes`. */
export function readSettings(env: Environment, args: readonly string[]): StartSettings {
  const unknown = args.find((arg) => arg !== '--processes');
  if (unknown !== undefined) {
    throw new Sentence(`npm start does not know ${unknown}; its only option is: npm start -- --processes`);
  }
  const httpPort = readPort(env, 'LIDO_PORT') ?? 8080;
  return {
    dataDir: resolve(root, env.LIDO_DATA || '.lido'),
    httpPort,
    readersPort: readPort(env, 'LIDO_READERS_PORT') ?? httpPort + 1,
    servicesDir: resolve(root, env.LIDO_SERVICES_DIR || 'services'),
    processes: args.includes('--processes'),
  };
}

function readPort(env: Environment, name: string): number | undefined {
  const text = env[name];
  if (text === undefined || text === '') return undefined;
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw new Sentence(`${name} is "${text}", but a port is a number from 1 to 65535.`);
}
