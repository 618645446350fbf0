import { generateOrExit } from './generate.mjs';
import { installWhenStale } from './install.mjs';
import { runWithNode24 } from './node24.mjs';

await installWhenStale();
const startedAt = Date.now();
await generateOrExit();
process.exitCode = await runWithNode24(
  // Small objects of a request die young in a larger nursery, which keeps the slowest answers quick.
  ['--max-semi-space-size=8', '--disable-warning=ExperimentalWarning', 'tools/start/main.ts', ...process.argv.slice(2)],
  { LIDO_STARTED_AT: String(startedAt) },
);
