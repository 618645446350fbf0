import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../tools/local/folders.ts';
import { endNatsOn } from '../../tools/local/nats.ts';
import { freePort, waitUntil } from '../../tools/local/ports.ts';
import { endServerOn } from '../../tools/local/postgres.ts';
import { endChild } from '../../tools/local/processes.ts';
import { nodeFlags } from '../../tools/node-flags.mjs';
import { benchRow, type BenchRow } from './bench-row.ts';
import type { Workbench } from './workbench.ts';

const bar = { of: 'figure', is: '<=', value: 15 } as const;
const timeoutMs = 90_000;

/** The launcher from the start of its process until the gateway is ready, PostgreSQL and nats-server included. */
export async function startUp(bench: Workbench): Promise<BenchRow[]> {
  const dataDir = join(bench.folder, 'start-up');
  // A launcher that had to be killed leaves its servers; otherwise they are gone by then.
  bench.defer(() => Promise.all([endServerOn(join(dataDir, 'postgres')), endNatsOn(join(dataDir, 'nats'))]));
  bench.say('  a first start, which makes the databases');
  const first = await startLauncher(bench, dataDir, []);
  await waitFor(() => first.isRunning() && existsSync(join(dataDir, 'local.json')), 'The demo site');
  await first.stop();
  bench.say('  a second start, in one process');
  const single = await startLauncher(bench, dataDir, []);
  await single.stop();
  bench.say('  a third start, a process for each service');
  const processes = await startLauncher(bench, dataDir, ['--processes']);
  await processes.stop();
  return [
    benchRow({ name: 'start-up: first, new databases', figure: first.seconds, unit: 's' }),
    benchRow({ name: 'start-up: one process', figure: single.seconds, unit: 's', bar }),
    benchRow({ name: 'start-up: six processes', figure: processes.seconds, unit: 's', bar }),
  ];
}

interface Started {
  readonly seconds: number;
  /** Always true; throws when the launcher has ended. */
  isRunning(): boolean;
  stop(): Promise<void>;
}

async function startLauncher(bench: Workbench, dataDir: string, args: readonly string[]): Promise<Started> {
  const port = await freePort();
  const env = {
    ...process.env,
    LIDO_DATA: dataDir,
    LIDO_PORT: String(port),
    LIDO_READERS_PORT: String(await freePort()),
    LIDO_LOG_LEVEL: 'error',
    // Servers of its own, whatever servers the rest of the run is told to use.
    LIDO_POSTGRES_URL: '',
    NATS_URL: '',
  };
  const begun = performance.now();
  const child = spawn(process.execPath, [...nodeFlags, join(root, 'tools', 'start', 'main.ts'), ...args], {
    ...{ cwd: root, env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
  });
  const stop = (): Promise<void> => endChild(child, { kind: 'SIGTERM', hard: 'SIGKILL' });
  bench.defer(stop);
  const isRunning = (): boolean => isChildRunning(child);
  await waitFor(() => isRunning() && isReady(port), 'The launcher');
  return { seconds: (performance.now() - begun) / 1000, isRunning, stop };
}

function isChildRunning({ exitCode, signalCode }: ChildProcess): true {
  const ending = exitCode ?? signalCode;
  if (ending !== null) throw new Error(`The launcher ended with ${ending}; its message is above.`);
  return true;
}

async function isReady(port: number): Promise<boolean> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(5_000) });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false;
  }
}

async function waitFor(isSo: () => boolean | Promise<boolean>, what: string): Promise<void> {
  if (await waitUntil(isSo, timeoutMs)) return;
  throw new Error(`${what} took longer than ${timeoutMs / 1000} s.`);
}
