import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRunning } from '../local/processes.ts';
import { Sentence } from '../local/sentence.ts';

/** Raised when an older launcher's folder can no longer be used as it is. */
const layoutVersion = '1';

/** The folder that holds everything a local system remembers. */
export interface DataFolder {
  readonly path: string;
  readonly postgresDir: string;
  readonly natsDir: string;
  readonly mediaDir: string;
  /** The first staff token, kept between starts. */
  readonly bootstrapToken: string;
  /** Whether the databases were made for a demo site whose seed has not run to its end. */
  isHalfSeeded(): boolean;
  beginSeed(): void;
  /** Keeps what the seed answered for later starts. */
  endSeed(ids: Record<string, unknown>): void;
  /** What the seed answered; empty when there was none. */
  readSeeded(): Record<string, unknown>;
  /** What scripts need to know of the running system. */
  writeLocal(facts: Record<string, unknown>): void;
  /** Lets another launcher have the folder. */
  release(): void;
}

/** Takes the folder for this process; refuses when another launcher has it or its layout is another. */
export function openDataFolder(path: string): DataFolder {
  mkdirSync(path, { recursive: true });
  const release = lock(path);
  try {
    checkLayout(path);
    return {
      path,
      postgresDir: join(path, 'postgres'),
      natsDir: join(path, 'nats'),
      mediaDir: join(path, 'media'),
      bootstrapToken: bootstrapToken(path),
      isHalfSeeded: () => existsSync(join(path, 'seeding')),
      beginSeed: () => writeFileSync(join(path, 'seeding'), ''),
      endSeed: (ids) => {
        writeJson(join(path, 'seeded.json'), ids);
        rmSync(join(path, 'seeding'), { force: true });
      },
      readSeeded: () => readJson(join(path, 'seeded.json')) ?? {},
      writeLocal: (facts) => writeJson(join(path, 'local.json'), facts),
      release,
    };
  } catch (error) {
    release();
    throw error;
  }
}

function lock(path: string): () => void {
  const file = join(path, 'start.pid');
  const owner = existsSync(file) ? Number(readFileSync(file, 'utf8')) : Number.NaN;
  if (owner !== process.pid && isRunning(owner, join('start', 'main.ts'))) {
    throw new Sentence(
      `Lido already runs on ${path} (process ${owner}): stop it first, or set LIDO_DATA to another folder.`,
    );
  }
  // The file of a launcher that was killed; "wx" lets only one of two that start at once have the folder.
  rmSync(file, { force: true });
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
  } catch {
    throw new Sentence(`Another start of Lido on ${path} was a moment quicker.`);
  }
  return () => rmSync(file, { force: true });
}

function checkLayout(path: string): void {
  const file = join(path, 'layout');
  if (!existsSync(file)) {
    writeFileSync(file, `${layoutVersion}\n`);
    return;
  }
  const found = readFileSync(file, 'utf8').trim();
  if (found === layoutVersion) return;
  throw new Sentence(
    `The data folder ${path} has layout ${found} and this Lido uses layout ${layoutVersion}: ` +
      'move the folder away, or set LIDO_DATA to another one.',
  );
}

function bootstrapToken(path: string): string {
  const file = join(path, 'secret.json');
  const known = readJson(file)?.bootstrapToken;
  if (typeof known === 'string') return known;
  const token = randomBytes(32).toString('base64url');
  writeJson(file, { bootstrapToken: token });
  return token;
}

function readJson(file: string): Record<string, unknown> | undefined {
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  } catch {
    throw new Sentence(`The file ${file} is damaged: move its folder away, or set LIDO_DATA to another one.`);
  }
}

/** The files hold tokens, hence only for their owner; renamed into place, so that no reader sees half of one. */
function writeJson(file: string, value: Record<string, unknown>): void {
  writeFileSync(`${file}.new`, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
