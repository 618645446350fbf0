import { join } from 'node:path';
import { generateOrExit } from './generate.mjs';
import { installWhenStale } from './install.mjs';
import { root, runWithNode24 } from './node24.mjs';

await installWhenStale();
await generateOrExit();
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
process.exitCode = await runWithNode24([vitest, 'run', ...process.argv.slice(2)]);
