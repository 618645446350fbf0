import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Client, escapeIdentifier } from 'pg';
import { freePort, localHost, waitUntil } from './ports.ts';
import { checkDataFolder, findPostgres, type PostgresPrograms } from './postgres-binaries.ts';
import { type EndSignals, endChild, endLeftover } from './processes.ts';
import { Sentence } from './sentence.ts';

/** A PostgreSQL server that our databases live in. */
export interface Postgres {
  /** The connection URL of a database of this server. */
  url(database: string): string;
  /** Makes the database when it is not there; answers whether it was made now. */
  createDatabase(name: string): Promise<boolean>;
  /** Drops the database and everybody's connections to it; nothing happens when it is not there. */
  dropDatabase(name: string): Promise<void>;
  /** Ends the server when it is ours; returns when it is gone. */
  stop(): Promise<void>;
}

export interface PostgresOptions {
  /** The server's own folder; `<dataDir>.log` and `<dataDir>.password` lie beside it. */
  readonly dataDir: string;
  /** A free one by default. */
  readonly port?: number;
  /** False only for tests: commits are then not flushed to disk. */
  readonly durable: boolean;
}

/** SIGINT is PostgreSQL's fast shutdown: clients are cut off, the data is left clean. */
const endSignals: EndSignals = { kind: 'SIGINT', hard: 'SIGQUIT' };
const startTimeoutMs = 60_000;
const commonSettings = ['max_connections=400', 'unix_socket_directories=', 'timezone=UTC', 'log_timezone=UTC'];
const testSettings = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'max_wal_size=4GB'];

/** The server LIDO_POSTGRES_URL names, or one of our own over the data folder. */
export async function openPostgres(options: PostgresOptions): Promise<Postgres> {
  const external = process.env.LIDO_POSTGRES_URL;
  return external === undefined || external === '' ? startPostgres(options) : describePostgres(external);
}

/** Starts a PostgreSQL of our own; a server that a killed run left on the same folder is ended first. */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const { dataDir, durable } = options;
  const programs = findPostgres();
  await endServerOn(dataDir);
  if (checkDataFolder(dataDir, programs.majorVersion) === 'absent') initialise(dataDir, programs);
  const port = options.port ?? (await freePort());
  const settings = [
    ...commonSettings,
    `listen_addresses=${localHost}`,
    `port=${port}`,
    ...(durable ? [] : testSettings),
  ];
  const [program, ...args] = programs.command('postgres', ['-D', dataDir, ...settings.flatMap((line) => ['-c', line])]);
  const log = openSync(`${dataDir}.log`, 'a');
  // A group of its own: Ctrl-C at the terminal must reach the launcher, which ends the services before the database.
  const child = spawn(program, args, { stdio: ['ignore', log, log], detached: true, ...programs.user });
  closeSync(log);
  await waitForServer(child, dataDir);
  const password = readFileSync(`${dataDir}.password`, 'utf8').trim();
  return describePostgres(`postgres://lido:${password}@${localHost}:${port}`, () => endChild(child, endSignals));
}

/** Into a folder beside, renamed at the end: an interrupted initdb leaves nothing that looks like a database. */
function initialise(dataDir: string, programs: PostgresPrograms): void {
  const fresh = `${dataDir}.new`;
  const passwordFile = `${dataDir}.password`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true, mode: 0o700 });
  rmSync(passwordFile, { force: true });
  writeFileSync(passwordFile, randomBytes(18).toString('hex'), { mode: 0o600 });
  for (const path of [fresh, passwordFile]) programs.own(path);
  const [program, ...args] = programs.command('initdb', [
    ...['--pgdata', fresh, '--username', 'lido', '--auth', 'scram-sha-256', '--pwfile', passwordFile],
    ...['--encoding', 'UTF8', '--no-locale', '--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8'],
    '--no-sync',
  ]);
  const answer = spawnSync(program, args, { encoding: 'utf8', cwd: dirname(dataDir), ...programs.user });
  if (answer.status !== 0) {
    const cause = answer.error?.message ?? answer.stderr.trim();
    throw new Sentence(`The database could not be prepared in ${dataDir}: ${cause}`);
  }
  renameSync(fresh, dataDir);
}

/** The server writes its state into postmaster.pid; "ready" is the moment it takes connections. */
async function waitForServer(child: ChildProcess, dataDir: string): Promise<void> {
  const ended = new AbortController();
  child.once('exit', () => ended.abort());
  child.once('error', () => ended.abort());
  const isReady = (): boolean => {
    const lines = postmasterLines(dataDir);
    return lines[0] === String(child.pid) && lines[7]?.trim() === 'ready';
  };
  if (await waitUntil(isReady, startTimeoutMs, ended.signal)) return;
  await endChild(child, endSignals);
  const logLines = existsSync(`${dataDir}.log`) ? readFileSync(`${dataDir}.log`, 'utf8').trim().split('\n') : [];
  throw new Sentence(`PostgreSQL did not start on ${dataDir}; it last said: ${logLines.at(-1) ?? 'nothing'}`);
}

/** Ends the server that still runs on the folder, and takes away the lock of one that does not. */
export async function endServerOn(dataDir: string): Promise<void> {
  const pid = Number(postmasterLines(dataDir)[0]);
  if (!Number.isInteger(pid) || pid <= 0) return;
  await endLeftover(pid, dataDir, endSignals);
  // The number may belong to another program by now, and PostgreSQL would then take itself for running.
  rmSync(join(dataDir, 'postmaster.pid'), { force: true });
}

function postmasterLines(dataDir: string): string[] {
  try {
    return readFileSync(join(dataDir, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return [];
  }
}

/** A server that runs already, by a URL with its user and password. */
export function describePostgres(serverUrl: string, stop = async (): Promise<void> => {}): Postgres {
  const url = (database: string): string => {
    const address = new URL(serverUrl);
    address.pathname = `/${database}`;
    return address.href;
  };
  return {
    url,
    stop,
    createDatabase: (name) =>
      withAdmin(url('postgres'), async (client) => {
        const found = await client.query('select 1 from pg_database where datname = $1', [name]);
        if (found.rowCount !== 0) return false;
        await client.query(`create database ${escapeIdentifier(name)}`);
        return true;
      }),
    dropDatabase: (name) =>
      withAdmin(url('postgres'), async (client) => {
        await client.query(`drop database if exists ${escapeIdentifier(name)} with (force)`);
      }),
  };
}

async function withAdmin<Answer>(url: string, work: (client: Client) => Promise<Answer>): Promise<Answer> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  try {
    await client.connect();
  } catch (cause) {
    const { host } = new URL(url);
    throw new Sentence(`PostgreSQL at ${host} does not let us in: ${cause instanceof Error ? cause.message : cause}`);
  }
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
