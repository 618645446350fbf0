import { writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { Sentence } from '../../tools/local/sentence.ts';
import type { BenchRow } from './bench-row.ts';
import { type BenchOptions, readOptions } from './bench-options.ts';
import { bigSite } from './big-site.ts';
import { codec } from './codec.ts';
import { formatTable } from './format-table.ts';
import { gatewayHop } from './gateway-hop.ts';
import { grpcHop } from './grpc-hop.ts';
import { holds } from './holds.ts';
import { kernel } from './kernel.ts';
import { narrowTo, openWorkbench } from './open-workbench.ts';
import { peerSolver } from './peer-solver.ts';
import { outbox } from './outbox.ts';
import { startUp } from './start-up.ts';
import { taps } from './taps.ts';
import type { Workbench } from './workbench.ts';

type Measurement = (bench: Workbench) => Promise<BenchRow[]>;

/** In this order: those without processes first, while nothing else of ours runs. */
const measurements: Record<string, Measurement> = {
  codec,
  kernel,
  'peer-solver': peerSolver,
  'grpc-hop': grpcHop,
  outbox,
  'gateway-hop': gatewayHop,
  holds,
  taps,
  'start-up': startUp,
  'big-site': bigSite,
};

/** Takes the measurements, prints the table, and answers the exit code. */
export async function runBench(args: readonly string[]): Promise<number> {
  await using all = new AsyncDisposableStack();
  const begun = performance.now();
  const say = (line: string): void => {
    if (!all.disposed) console.error(`[${((performance.now() - begun) / 1000).toFixed(0).padStart(3)} s] ${line}`);
  };
  stopOnSignals(all);
  try {
    const options = readOptions(args, Object.keys(measurements));
    const load = loadavg()[0] ?? 0;
    if (load > 1) say(`the machine is at work already (load ${load.toFixed(1)}): trust the ratios, not the figures`);
    const { rows, failures } = await takeAll(options, all, say);
    // Somebody stopped the run; the handler of the signal ends this process when all is undone.
    if (all.disposed) return 1;
    report(rows, load, options);
    const missed = rows.filter(({ isMet }) => isMet === false).length;
    console.log(`\n${missed === 0 ? 'Every bar is met.' : `Bars missed: ${missed}.`}`);
    return failures > 0 || (options.strict && missed > 0) ? 1 : 0;
  } catch (error) {
    console.error(error instanceof Sentence ? error.message : error);
    return 1;
  }
}

async function takeAll(
  { only }: BenchOptions,
  all: AsyncDisposableStack,
  say: (line: string) => void,
): Promise<{ rows: BenchRow[]; failures: number }> {
  const bench = await openWorkbench(all, say);
  const chosen = Object.entries(measurements).filter(([name]) => only.length === 0 || only.includes(name));
  const rows: BenchRow[] = [];
  let failures = 0;
  for (const [name, measure] of chosen) {
    if (all.disposed) break;
    say(`${name} ...`);
    const scope = all.use(new AsyncDisposableStack());
    try {
      rows.push(...(await measure(narrowTo(scope, bench))));
    } catch (error) {
      // The stack was closed under a measurement that was running: that is no failure of its own.
      if (all.disposed) break;
      failures++;
      console.error(`${name} failed:`, error instanceof Sentence ? error.message : error);
    }
    await scope.disposeAsync().catch((error: unknown) => {
      failures++;
      console.error(`${name} left something behind:`, error);
    });
  }
  say('done');
  return { rows, failures };
}

function report(rows: readonly BenchRow[], load: number, { json }: BenchOptions): void {
  console.log(`\n${formatTable(rows)}`);
  if (json === undefined) return;
  const machine = { node: process.versions.node, platform: process.platform, cores: availableParallelism(), load };
  writeFileSync(json, `${JSON.stringify({ ...machine, rows }, null, 2)}\n`);
}

/** Ctrl-C, and the death of whoever started us, end everything that was started before this process goes. */
function stopOnSignals(all: AsyncDisposableStack): void {
  const stop = (code: number): void => {
    if (all.disposed) return;
    console.error('Stopping what was started ...');
    void all.disposeAsync().then(
      () => process.exit(code),
      (error: unknown) => {
        console.error(error);
        process.exit(code);
      },
    );
  };
  process.on('SIGINT', () => stop(130));
  process.on('SIGTERM', () => stop(143));
  process.on('SIGHUP', () => stop(129));
  process.on('disconnect', () => stop(143));
  process.channel?.unref();
}
