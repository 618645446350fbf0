import type { ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** As niceness has it: where both want the processor, the other one has it nine times as long. */
const behind = 10;
const usual = 0;
/** The kernel takes changes of one user only so often. */
const againMs = 150;

/**
 * Lets a child with a session of its own run on what others leave over; answers how to end that. Linux has a share for each
 * session, which ordinary users may give back, other than a niceness. Where there is none, nothing changes.
 */
export function stepBack(child: ChildProcess): () => Promise<void> {
  const isBehind = setShare(child, behind);
  return async () => {
    while (isBehind && isRunning(child) && !setShare(child, usual)) await delay(againMs, undefined, { ref: false });
  };
}

function setShare({ pid }: ChildProcess, niceness: number): boolean {
  try {
    writeFileSync(`/proc/${pid}/autogroup`, String(niceness));
    return true;
  } catch {
    return false;
  }
}

function isRunning({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}
