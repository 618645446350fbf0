import { runBench } from './run-bench.ts';

// All is undone by the time this ends; a connection that did not close must not keep the process.
process.exit(await runBench(process.argv.slice(2)));
