import { generateOrExit } from './generate.mjs';
import { installWhenStale } from './install.mjs';
import { runWithNode24 } from './node24.mjs';
import { nodeFlags } from './node-flags.mjs';

// Runs on whatever Node there is: installs and generates what is missing, then measures with the flags the services run with.
await installWhenStale();
await generateOrExit();
process.exitCode = await runWithNode24([...nodeFlags, 'test/bench/main.ts', ...process.argv.slice(2)]);
