import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { endChild } from '../../tools/local/processes.ts';
import { nodeFlags } from '../../tools/node-flags.mjs';
import type { Workbench } from './workbench.ts';

/** Starts a server of `children/` as a process of its own, with the services' flags; returns the address it listens on. */
export async function startChildServer(
  bench: Workbench,
  file: string,
  env: Record<string, string> = {},
): Promise<string> {
  const child = spawn(process.execPath, [...nodeFlags, join(import.meta.dirname, 'children', file)], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  bench.defer(() => endChild(child, { kind: 'SIGTERM', hard: 'SIGKILL' }));
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  child.once('message', (address) => resolve(String(address)));
  child.once('error', reject);
  child.once('exit', (code) => reject(new Error(`${file} ended with ${code} before it listened.`)));
  return promise;
}
