import { type ChildProcess, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { waitUntil } from './ports.ts';

/** Whether a process of this id runs and its command line contains all the words (ids are used again). */
export function isRunning(pid: number, ...words: readonly string[]): boolean {
  const commandLine = commandLineOf(pid);
  return commandLine !== undefined && words.every((word) => commandLine.includes(word));
}

function commandLineOf(pid: number): string | undefined {
  if (existsSync('/proc/self/cmdline')) {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim() || undefined;
    } catch {
      return undefined;
    }
  }
  const answer = spawnSync('ps', ['-p', String(pid), '-o', 'command='], { encoding: 'utf8' });
  return answer.status === 0 ? answer.stdout.trim() : undefined;
}

/** The signals that end a server: first the kind one, then the one that cannot be refused. */
export interface EndSignals {
  readonly kind: NodeJS.Signals;
  readonly hard: NodeJS.Signals;
}

/** Ends a process that an earlier run left behind; returns when it is gone. */
export async function endLeftover(pid: number, word: string, signals: EndSignals): Promise<void> {
  if (!isRunning(pid, word)) return;
  const isGone = (): boolean => !isRunning(pid, word);
  process.kill(pid, signals.kind);
  if (await waitUntil(isGone, 10_000)) return;
  process.kill(pid, signals.hard);
  await waitUntil(isGone, 10_000);
}

/** Ends a child of ours; returns when it has exited. Safe to call for a child that is gone. */
export async function endChild(child: ChildProcess, signals: EndSignals): Promise<void> {
  const isGone = (): boolean => child.exitCode !== null || child.signalCode !== null;
  if (isGone()) return;
  child.kill(signals.kind);
  if (await waitUntil(isGone, 10_000)) return;
  child.kill(signals.hard);
  await waitUntil(isGone, 10_000);
}
