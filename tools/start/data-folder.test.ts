import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { openDataFolder } from './data-folder.ts';

let path = '';

beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'lido-data-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
});

test('the bootstrap token is made once, and only its owner can read it', () => {
  const first = openDataFolder(path);
  first.release();
  expect(openDataFolder(path).bootstrapToken).toBe(first.bootstrapToken);
  expect(first.bootstrapToken.length).toBeGreaterThanOrEqual(43);
  expect(statSync(join(path, 'secret.json')).mode & 0o077).toBe(0);
});

test('a seed that was begun and not ended is known at the next start, and an ended one is remembered', () => {
  const first = openDataFolder(path);
  first.beginSeed();
  first.release();
  const second = openDataFolder(path);
  expect(second.isHalfSeeded()).toBe(true);
  second.endSeed({ site: 's1' });
  second.release();
  const third = openDataFolder(path);
  expect(third.isHalfSeeded()).toBe(false);
  expect(third.readSeeded()).toEqual({ site: 's1' });
});

test('the lock of a launcher that is gone is taken over', () => {
  // Process ids end at 4194304 on Linux, so that no process has this one.
  writeFileSync(join(path, 'start.pid'), '99999999');
  openDataFolder(path);
  expect(readFileSync(join(path, 'start.pid'), 'utf8')).toBe(String(process.pid));
});

test('a damaged file is one sentence that says what to do, and the folder stays free', () => {
  writeFileSync(join(path, 'secret.json'), '{');
  const damaged = `The file ${join(path, 'secret.json')} is damaged: move its folder away, or set LIDO_DATA to another one.`;
  expect(() => openDataFolder(path)).toThrow(damaged);
  expect(() => statSync(join(path, 'start.pid'))).toThrow('ENOENT');
});
