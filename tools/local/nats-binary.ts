import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { Sentence } from './sentence.ts';

const advice =
  'There is no nats-server on this machine: install it (Debian and Ubuntu: apt-get install nats-server; ' +
  'macOS: brew install nats-server) so that it is on PATH, or set NATS_URL to a running one with JetStream.';

export interface NatsSearch {
  /** Where a fetched nats-server is kept. */
  readonly cacheDir: string;
  readonly log?: (line: string) => void;
  /** Folders with programs, as in PATH. Debian installs nats-server where an ordinary user's PATH does not look. */
  readonly searchPath?: string;
}

/** The path of nats-server: on PATH, in our cache, or fetched into it with apt where there is one. */
export function findNatsServer(search: NatsSearch): string {
  const { cacheDir, log = () => {}, searchPath = `${process.env.PATH ?? ''}${delimiter}/usr/sbin` } = search;
  const cached = join(cacheDir, 'nats-server', 'usr', 'sbin', 'nats-server');
  const known = [...programsOn(searchPath, 'nats-server'), cached].find(existsSync);
  if (known !== undefined) return known;
  const fetchers = ['apt-get', 'dpkg-deb'];
  if (fetchers.some((name) => programsOn(searchPath, name).length === 0)) throw new Sentence(advice);
  log('Fetching nats-server with apt-get ...');
  fetchFromDebian(cacheDir);
  if (!existsSync(cached)) throw new Sentence(advice);
  return cached;
}

function programsOn(searchPath: string, name: string): string[] {
  const folders = searchPath.split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, name)).filter(existsSync);
}

/** Downloads and unpacks the package; nothing is installed, so it needs no rights. Leaves nothing when it fails. */
function fetchFromDebian(cacheDir: string): void {
  mkdirSync(cacheDir, { recursive: true });
  const scratch = mkdtempSync(join(cacheDir, 'fetch-'));
  try {
    if (!download(scratch, [])) {
      // The machine has no package lists (a bare container): fetch them into a place of our own.
      const own = ownLists(scratch);
      if (!run('apt-get', [...own, 'update'], scratch) || !download(scratch, own)) return;
    }
    const file = packageFile(scratch);
    const unpacked = join(scratch, 'unpacked');
    if (file === undefined || !run('dpkg-deb', ['-x', file, unpacked], scratch)) return;
    const target = join(cacheDir, 'nats-server');
    // Two runs at once both fetch it; the one that comes second keeps the first one's.
    if (!existsSync(target)) renameSync(unpacked, target);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function download(folder: string, options: readonly string[]): boolean {
  return run('apt-get', [...options, 'download', 'nats-server'], folder) && packageFile(folder) !== undefined;
}

function packageFile(folder: string): string | undefined {
  return readdirSync(folder).find((name) => name.endsWith('.deb'));
}

function ownLists(folder: string): string[] {
  for (const name of ['lists/partial', 'archives/partial']) mkdirSync(join(folder, name), { recursive: true });
  const settings = [`Dir::State::lists=${join(folder, 'lists')}`, `Dir::Cache=${folder}`, 'Debug::NoLocking=true'];
  return settings.flatMap((setting) => ['-o', setting]);
}

function run(program: string, args: readonly string[], cwd: string): boolean {
  return spawnSync(program, args, { cwd, stdio: 'ignore', timeout: 120_000 }).status === 0;
}
