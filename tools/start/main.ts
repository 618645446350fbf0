import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../local/folders.ts';
import { openNats } from '../local/nats.ts';
import { isPortFree } from '../local/ports.ts';
import { openPostgres, type Postgres } from '../local/postgres.ts';
import { Sentence } from '../local/sentence.ts';
import { childProcessLauncher } from './child-processes.ts';
import { type DataFolder, openDataFolder } from './data-folder.ts';
import { startInProcess } from './in-process.ts';
import { readSettings, type StartSettings } from './settings.ts';
import { describeSystem } from './summary.ts';
import { dropDatabases, startSystem, type System } from './system.ts';

/** What `tools/seed/seed.ts` exports. */
interface SeedModule {
  seed(context: { baseUrl: string; bootstrapToken: string; log(line: string): void }): Promise<Record<string, unknown>>;
}

const seedFile = join(root, 'tools', 'seed', 'seed.ts');
const log = (line: string): void => console.log(line);

/** Undoes what has been started, the latest first; every step is undone once. */
const undo: (() => unknown)[] = [];
let stopping: Promise<void> | undefined;

function stopAll(code: number): void {
  process.exitCode ||= code;
  stopping ??= (async () => {
    for (const step of undo.toReversed()) await step();
    process.exit();
  })();
}

function fail(error: unknown): void {
  console.error(error instanceof Sentence ? error.message : error);
  stopAll(1);
}

async function main(): Promise<void> {
  const settings = readSettings(process.env, process.argv.slice(2));
  const folder = openDataFolder(settings.dataDir);
  undo.push(folder.release);
  await refuseTakenPort(settings.httpPort, 'LIDO_PORT');
  await refuseTakenPort(settings.readersPort, 'LIDO_READERS_PORT');

  log('Starting PostgreSQL ...');
  const postgres = await openPostgres({ dataDir: folder.postgresDir, durable: true });
  undo.push(postgres.stop);
  await forgetHalfSeeded(folder, postgres);
  log('Starting nats-server ...');
  const nats = await openNats({ storeDir: folder.natsDir, log });
  undo.push(nats.stop);
  if (stopping !== undefined) return;

  log(settings.processes ? 'Starting six services, a process each ...' : 'Starting six services ...');
  const system = await launch(settings, folder, postgres, nats.url);
  undo.push(system.stop);
  const seeded = await seedOnce(system, folder);
  announce(system, folder, seeded);
}

function launch(settings: StartSettings, folder: DataFolder, postgres: Postgres, natsUrl: string): Promise<System> {
  const onDeath = (sentence: string): void => fail(new Sentence(sentence));
  return startSystem({
    postgres,
    natsUrl,
    httpPort: settings.httpPort,
    readersPort: settings.readersPort,
    env: { LIDO_MEDIA_FOLDER: folder.mediaDir, ...process.env, LIDO_BOOTSTRAP_TOKEN: folder.bootstrapToken },
    servicesDir: settings.servicesDir,
    onNewDatabases: () => {
      if (existsSync(seedFile)) folder.beginSeed();
    },
    launch: settings.processes ? childProcessLauncher(onDeath) : startInProcess,
    log,
  });
}

/** The seed runs once, on databases that are new; its answer is kept, so that later starts tell the same ids. */
async function seedOnce(system: System, folder: DataFolder): Promise<Record<string, unknown>> {
  if (!folder.isHalfSeeded()) return folder.readSeeded();
  log('Filling in the demo site ...');
  const { seed } = (await import(pathToFileURL(seedFile).href)) as SeedModule;
  const seeded = await seed({ baseUrl: system.baseUrl, bootstrapToken: folder.bootstrapToken, log });
  folder.endSeed(seeded);
  return seeded;
}

/** A start that was interrupted before its demo site was complete leaves nothing anybody works with: begin again. */
async function forgetHalfSeeded(folder: DataFolder, postgres: Postgres): Promise<void> {
  if (!folder.isHalfSeeded()) return;
  log('The last start was interrupted before the demo site was complete: beginning again.');
  await dropDatabases(postgres);
  rmSync(folder.natsDir, { recursive: true, force: true });
}

function announce(system: System, folder: DataFolder, seeded: Record<string, unknown>): void {
  const { baseUrl, readersUrl } = system;
  const token = typeof seeded.token === 'string' ? seeded.token : folder.bootstrapToken;
  folder.writeLocal({ ...seeded, baseUrl, readersUrl, token });
  const site = typeof seeded.site === 'string' ? seeded.site : undefined;
  const localFile = join(folder.path, 'local.json');
  const startedAt = Number(process.env.LIDO_STARTED_AT) || Date.now() - performance.now();
  log(describeSystem({ baseUrl, readersUrl, token, localFile, site, startSeconds: (Date.now() - startedAt) / 1000 }));
}

async function refuseTakenPort(port: number, variable: string): Promise<void> {
  if (await isPortFree(port)) return;
  throw new Sentence(
    `Port ${port} on 127.0.0.1 is in use: stop the program that has it, or set ${variable} to a free port.`,
  );
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopAll(0));
// The entry point was killed and could not pass a signal on.
process.on('disconnect', () => stopAll(0));
process.channel?.unref();
await main().catch(fail);
