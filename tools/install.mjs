import { spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './node24.mjs';

/** Whether node_modules is missing, unfinished, or older than the lock file. */
function isStale() {
  // npm writes this file last, so an install that was cut short leaves none.
  const installed = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installed)) return true;
  return statSync(installed).mtimeMs < statSync(join(root, 'package-lock.json')).mtimeMs;
}

/** How to call npm: the very npm that runs this script when there is one, else the one on PATH. */
function npmCommand() {
  const cli = process.env.npm_execpath;
  if (cli?.endsWith('npm-cli.js') && existsSync(cli)) return [process.execPath, cli];
  return [process.platform === 'win32' ? 'npm.cmd' : 'npm'];
}

/** Installs the locked packages when they are missing or older than the lock file. Exits the process on failure. */
export async function installWhenStale() {
  if (!isStale()) return;
  const started = Date.now();
  console.log('Installing packages (npm ci), about 20 seconds ...');
  const tick = setInterval(() => console.log(`  still installing, ${seconds(started)} s`), 10_000);
  const [program = 'npm', ...first] = npmCommand();
  const code = await new Promise((resolve) => {
    const child = spawn(program, [...first, 'ci', '--no-progress'], { cwd: root, stdio: 'inherit' });
    child.once('error', () => resolve(127));
    child.once('exit', (exitCode) => resolve(exitCode ?? 1));
  });
  clearInterval(tick);
  if (code !== 0) {
    console.error('The packages could not be installed: npm ci failed, see its message above.');
    process.exit(1);
  }
  console.log(`Installed in ${seconds(started)} s.`);
}

/** @param {number} started milliseconds since the epoch */
function seconds(started) {
  return Math.round((Date.now() - started) / 1000);
}
