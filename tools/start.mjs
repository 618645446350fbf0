import { generateOrExit } from './generate.mjs';
import { installWhenStale } from './install.mjs';
import { runWithNode24 } from './node24.mjs';
import { nodeFlags } from './node-flags.mjs';

await installWhenStale();
const startedAt = Date.now();
await generateOrExit();
process.exitCode = await runWithNode24([...nodeFlags, 'tools/start/main.ts', ...process.argv.slice(2)], {
  LIDO_STARTED_AT: String(startedAt),
});
