import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../local/folders.ts';
import { isPortOpen, waitUntil } from '../local/ports.ts';
import { endChild } from '../local/processes.ts';
import { Sentence } from '../local/sentence.ts';
import { nodeFlags } from '../node-flags.mjs';
import { type Launch, type LaunchOptions, type RunningService, serviceFile, stopInReverse } from './launch.ts';
import type { ServicePlan } from './services.ts';
import { stepBack } from './step-back.ts';

const startTimeoutMs = 60_000;
/** What a service does at first, once it can be called: it hears of what it has missed. */
const catchUpMs = 5_000;
const withParent = pathToFileURL(join(root, 'tools', 'start', 'with-parent.ts')).href;

/** A launcher of one process per service; `onDeath` hears of a service that ends without being told to. */
export function childProcessLauncher(onDeath: (sentence: string) => void): Launch {
  return async (plan, options) => {
    const running: RunningService[] = [];
    try {
      for (const service of plan) running.push(await startChild(service, options, onDeath));
      return running;
    } catch (error) {
      await stopInReverse(running);
      throw error;
    }
  };
}

async function startChild(
  plan: ServicePlan,
  options: LaunchOptions,
  onDeath: (sentence: string) => void,
): Promise<RunningService> {
  const { name, address } = plan;
  const child = spawn(
    process.execPath,
    [...nodeFlags, '--import', withParent, serviceFile(options.servicesDir, name, 'main.ts')],
    // Not in the terminal's process group: Ctrl-C reaches the launcher, which stops the children in their order.
    { cwd: root, env: { ...process.env, ...plan.env }, stdio: ['ignore', 'inherit', 'inherit', 'ipc'], detached: true },
  );
  const ended = new AbortController();
  child.once('exit', () => ended.abort());
  child.once('error', () => ended.abort());
  const comeForward = stepBack(child);
  const port = Number(address.slice(address.lastIndexOf(':') + 1));
  if (!(await waitUntil(() => isPortOpen(port), startTimeoutMs, ended.signal))) {
    await stopChild(child);
    throw new Sentence(`${name} did not start (${describeEnd(child)}); its own message is above.`);
  }
  setTimeout(() => void comeForward(), catchUpMs).unref();
  let isStopping = false;
  child.once('exit', () => {
    if (!isStopping) onDeath(`${name} died (${describeEnd(child)}): stopping the others.`);
  });
  options.log(`  ${name} on ${address} (process ${child.pid})`);
  return {
    name,
    address,
    stop: () => {
      isStopping = true;
      return stopChild(child);
    },
  };
}

function stopChild(child: ChildProcess): Promise<void> {
  return endChild(child, { kind: 'SIGTERM', hard: 'SIGKILL' });
}

function describeEnd(child: ChildProcess): string {
  return child.signalCode === null ? `exit code ${child.exitCode}` : `signal ${child.signalCode}`;
}
