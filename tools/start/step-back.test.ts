import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { expect, onTestFinished, test, vi } from 'vitest';
import { stepBack } from './step-back.ts';

const hasShares = existsSync('/proc/self/autogroup');

/** The niceness of a process's session; 0 where there is none. */
function shareOf(pid: number | undefined): number {
  return hasShares ? Number(readFileSync(`/proc/${pid}/autogroup`, 'utf8').split('nice ')[1]) : 0;
}

test('a child steps back and comes forward again', async () => {
  const child = spawn(process.execPath, ['--eval', 'process.stdin.resume()'], { detached: true });
  onTestFinished(() => void child.kill());
  let comeForward = stepBack(child);
  // A change that comes too soon after somebody else's is not taken.
  await vi.waitFor(
    () => {
      if (shareOf(child.pid) === 0) comeForward = stepBack(child);
      expect(shareOf(child.pid)).toBe(hasShares ? 10 : 0);
    },
    { timeout: 20_000, interval: 30 },
  );
  await comeForward();
  expect(shareOf(child.pid)).toBe(0);
});

test('one that could not be started, or has ended, is nothing to wait for', async () => {
  const child = spawn('/no/such/program', { detached: true });
  child.once('error', () => undefined);
  await stepBack(child)();
  const ended = spawn(process.execPath, ['--version'], { detached: true });
  const comeForward = stepBack(ended);
  await new Promise((resolve) => ended.once('exit', resolve));
  await comeForward();
  expect(ended.exitCode).toBe(0);
});
