import { fileURLToPath } from 'node:url';

// The flags of the services' own processes, so that both sides of every comparison collect garbage alike.
const flags = ['--max-semi-space-size=8', '--disable-warning=ExperimentalWarning'];
const isReady =
  Number(process.versions.node.split('.')[0]) >= 24 && flags.every((flag) => process.execArgv.includes(flag));
const args = process.argv.slice(2);

interface Node24 {
  runWithNode24(args: readonly string[]): Promise<number>;
}

if (isReady) {
  const { runBench } = await import('./run-bench.ts');
  // All is undone by now; a connection that did not close must not keep the process.
  process.exit(await runBench(args));
} else {
  const launcher = new URL('../../tools/node24.mjs', import.meta.url).href;
  const { runWithNode24 } = (await import(launcher)) as Node24;
  const script = fileURLToPath(import.meta.url);
  process.exitCode = await runWithNode24([...process.execArgv, ...flags, script, ...args]);
}
