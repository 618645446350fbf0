import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { root } from '../../tools/local/folders.ts';
import { findNatsServer } from '../../tools/local/nats-binary.ts';
import { freePort, localHost } from '../../tools/local/ports.ts';

function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lido-start-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

interface Ending {
  readonly code: number | null;
  readonly errors: string;
}

/** Runs the launcher to its end; meant for starts that fail. */
async function start(env: Record<string, string>, ...args: readonly string[]): Promise<Ending> {
  const ports = { LIDO_PORT: String(await freePort()), LIDO_READERS_PORT: String(await freePort()) };
  const child = spawn(process.execPath, [join(root, 'tools', 'start', 'main.ts'), ...args], {
    env: { ...process.env, ...ports, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, errors: errors.trim() };
}

test('a port in use is one sentence that names the port and the setting', async () => {
  const other = createServer().listen(0, localHost);
  await once(other, 'listening');
  onTestFinished(() => void other.close());
  const address = other.address();
  const port = typeof address === 'object' ? String(address?.port) : '';
  const ending = await start({ LIDO_DATA: freshFolder(), LIDO_PORT: port });
  expect(ending).toEqual({
    code: 1,
    errors: `Port ${port} on 127.0.0.1 is in use: stop the program that has it, or set LIDO_PORT to a free port.`,
  });
});

test('a data folder that a running start holds is refused', async () => {
  const folder = freshFolder();
  const holder = spawn(process.execPath, ['--eval', 'setInterval(() => {}, 1000)', '--', 'start/main.ts']);
  onTestFinished(() => void holder.kill());
  writeFileSync(join(folder, 'start.pid'), String(holder.pid));
  const ending = await start({ LIDO_DATA: folder });
  expect(ending).toEqual({
    code: 1,
    errors: `Lido already runs on ${folder} (process ${holder.pid}): stop it first, or set LIDO_DATA to another folder.`,
  });
});

test('a data folder of another major version of PostgreSQL is refused', async () => {
  const folder = freshFolder();
  mkdirSync(join(folder, 'postgres'));
  writeFileSync(join(folder, 'postgres', 'PG_VERSION'), '9\n');
  const ending = await start({ LIDO_DATA: folder, LIDO_POSTGRES_URL: '' });
  expect(ending.code).toBe(1);
  expect(ending.errors).toMatch(
    /^The data folder .* was written by PostgreSQL 9 and this Lido brings PostgreSQL 18: .*\.$/,
  );
});

test('a data folder of another layout is refused', async () => {
  const folder = freshFolder();
  writeFileSync(join(folder, 'layout'), '0\n');
  const ending = await start({ LIDO_DATA: folder });
  expect(ending.code).toBe(1);
  expect(ending.errors).toMatch(/^The data folder .* has layout 0 and this Lido uses layout 1: .*\.$/);
});

test('a port that is no number is refused', async () => {
  const ending = await start({ LIDO_DATA: freshFolder(), LIDO_PORT: 'eighty' });
  expect(ending).toEqual({ code: 1, errors: 'LIDO_PORT is "eighty", but a port is a number from 1 to 65535.' });
});

test('an option that does not exist is refused', async () => {
  const ending = await start({ LIDO_DATA: freshFolder() }, '--fast');
  expect(ending).toEqual({
    code: 1,
    errors: 'npm start does not know --fast; its only option is: npm start -- --processes',
  });
});

test('a machine without nats-server and without apt is told how to install it', () => {
  expect(() => findNatsServer({ cacheDir: freshFolder(), searchPath: '' })).toThrow(
    /^There is no nats-server on this machine: install it .*, or set NATS_URL to a running one with JetStream\.$/,
  );
});
