import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../tools/local/folders.ts';
import { endNatsOn, startNats } from '../../tools/local/nats.ts';
import { endServerOn, openPostgres } from '../../tools/local/postgres.ts';
import { isRunning } from '../../tools/local/processes.ts';
import { randomName } from './random-name.ts';
import { startSeededSystem } from './seeded-system.ts';
import type { Workbench } from './workbench.ts';

const runsDir = join(root, '.lido', 'bench');

/** Opens the workbench; `all` ends what lives until the last measurement. */
export async function openWorkbench(all: AsyncDisposableStack, say: (line: string) => void): Promise<Workbench> {
  await sweepKilledRuns();
  const folder = join(runsDir, `run-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  all.defer(() => rmSync(folder, { recursive: true, force: true }));
  const defer = (undo: () => unknown): void =>
    all.defer(async () => {
      await undo();
    });
  const postgres = once(() => {
    const opening = openPostgres({ dataDir: join(folder, 'postgres'), durable: true });
    defer(async () => (await opening).stop());
    return opening;
  });
  const nats = once(() => {
    const opening = startNats({ storeDir: join(folder, 'nats'), log: say });
    defer(async () => (await opening).stop());
    return opening;
  });
  const workbench: Workbench = {
    folder,
    say,
    defer,
    postgres,
    natsUrl: async () => (await nats()).url,
    freshDatabase: async () => {
      const server = await postgres();
      const name = randomName();
      defer(() => server.dropDatabase(name));
      await server.createDatabase(name);
      return server.url(name);
    },
    system: once(() => startSeededSystem(workbench)),
  };
  return workbench;
}

/** The workbench as one measurement sees it: what it defers is undone when that measurement is over. */
export function narrowTo(scope: AsyncDisposableStack, workbench: Workbench): Workbench {
  return {
    ...workbench,
    defer: (undo) =>
      scope.defer(async () => {
        await undo();
      }),
  };
}

function once<Answer>(open: () => Promise<Answer>): () => Promise<Answer> {
  let opening: Promise<Answer> | undefined;
  return () => (opening ??= open());
}

/** Runs that were killed leave their servers and folders; whoever comes next ends and removes them. */
async function sweepKilledRuns(): Promise<void> {
  if (!existsSync(runsDir)) return;
  for (const name of readdirSync(runsDir)) {
    const folder = join(runsDir, name);
    if (isRunning(Number(name.replace('run-', '')), 'bench')) continue;
    for (const data of [folder, join(folder, 'start-up')]) {
      await endServerOn(join(data, 'postgres'));
      await endNatsOn(join(data, 'nats'));
    }
    rmSync(folder, { recursive: true, force: true });
  }
}
