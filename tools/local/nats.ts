import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cacheDir } from './folders.ts';
import { findNatsServer } from './nats-binary.ts';
import { freePort, isPortOpen, localHost, waitUntil } from './ports.ts';
import { type EndSignals, endChild, endLeftover } from './processes.ts';
import { Sentence } from './sentence.ts';

/** A nats-server with JetStream. */
export interface Nats {
  readonly url: string;
  /** Ends the server when it is ours; returns when it is gone. */
  stop(): Promise<void>;
}

export interface NatsOptions {
  /** The file store's folder; `<storeDir>.log` and `<storeDir>.pid` lie beside it. */
  readonly storeDir: string;
  /** A free one by default. */
  readonly port?: number;
  readonly log?: (line: string) => void;
}

const endSignals: EndSignals = { kind: 'SIGTERM', hard: 'SIGKILL' };

/** The server NATS_URL names, or one of our own over the store folder. */
export async function openNats(options: NatsOptions): Promise<Nats> {
  const external = process.env.NATS_URL;
  if (external === undefined || external === '') return startNats(options);
  return { url: external, stop: async () => {} };
}

/** Starts a nats-server of our own; one that a killed run left on the same folder is ended first. */
export async function startNats(options: NatsOptions): Promise<Nats> {
  const { storeDir, log = () => {} } = options;
  const program = findNatsServer({ cacheDir, log });
  await endNatsOn(storeDir);
  mkdirSync(storeDir, { recursive: true });
  const port = options.port ?? (await freePort());
  const logFile = openSync(`${storeDir}.log`, 'a');
  const args = ['--addr', localHost, '--port', String(port), '--jetstream', '--store_dir', storeDir];
  // A group of its own: Ctrl-C at the terminal must reach the launcher, which ends the services before the server.
  const child = spawn(program, args, { stdio: ['ignore', logFile, logFile], detached: true });
  closeSync(logFile);
  await waitForServer(child, port, storeDir);
  return {
    url: `nats://${localHost}:${port}`,
    stop: async () => {
      await endChild(child, endSignals);
      rmSync(`${storeDir}.pid`, { force: true });
    },
  };
}

/** nats-server opens its port to clients after its JetStream has recovered the store. */
async function waitForServer(child: ChildProcess, port: number, storeDir: string): Promise<void> {
  const ended = new AbortController();
  child.once('exit', () => ended.abort());
  child.once('error', () => ended.abort());
  if (child.pid !== undefined) writeFileSync(`${storeDir}.pid`, String(child.pid));
  if (await waitUntil(() => isPortOpen(port), 30_000, ended.signal)) return;
  await endChild(child, endSignals);
  const lines = readFileSync(`${storeDir}.log`, 'utf8').trim().split('\n');
  throw new Sentence(`nats-server did not start on ${storeDir}; it last said: ${lines.at(-1) ?? 'nothing'}`);
}

/** Ends the server that still runs on the folder. */
export async function endNatsOn(storeDir: string): Promise<void> {
  try {
    const pid = Number(readFileSync(`${storeDir}.pid`, 'utf8'));
    if (Number.isInteger(pid) && pid > 0) await endLeftover(pid, storeDir, endSignals);
  } catch {
    // No such file: no server was left.
  }
}
