import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { generate } from './generate.mjs';
import { installWhenStale } from './install.mjs';
import { root, runWithNode24 } from './node24.mjs';

/** @param {string} path inside node_modules */
const packageFile = (path) => join(root, 'node_modules', path);

/**
 * The steps in order, the quick ones first; each answers an exit code.
 * @type {readonly {name: string, run: () => Promise<number>}[]}
 */
const steps = [
  { name: 'generate', run: () => generate({ always: true }).then(() => 0) },
  { name: 'contract', run: compareContract },
  { name: 'proto lint', run: () => runWithNode24([packageFile('@bufbuild/buf/bin/buf'), 'lint']) },
  { name: 'format', run: () => runWithNode24([packageFile('@biomejs/biome/bin/biome'), 'format', '.']) },
  { name: 'types', run: () => runWithNode24([packageFile('tsc7/bin/tsc'), '-p', 'tsconfig.json']) },
  { name: 'lint', run: () => runWithNode24([packageFile('eslint/bin/eslint.js'), '.', '--max-warnings', '0']) },
  {
    name: 'fences',
    run: () =>
      runWithNode24([
        packageFile('dependency-cruiser/bin/dependency-cruiser.mjs'),
        ...['--config', '.dependency-cruiser.mjs', 'services', 'tools', 'test'],
      ]),
  },
  { name: 'unit tests', run: () => runWithNode24([packageFile('vitest/vitest.mjs'), 'run', '--project', 'unit']) },
];

/** The published contract is committed, so that a reader sees its changes; it must be what the proto files say. */
async function compareContract() {
  const files = ['proto/routes.txt', 'openapi.json'];
  const git = spawnSync('git', ['status', '--porcelain', '--', ...files], { cwd: root, encoding: 'utf8' });
  if (git.status !== 0) {
    console.log('Not a git checkout: the contract files were generated and not compared.');
    return 0;
  }
  // The second letter is what differs between the working tree and what is staged or committed.
  const changed = git.stdout.split('\n').filter((line) => line.length > 1 && line[1] !== ' ');
  if (changed.length === 0) return 0;
  console.error(`Generation changed these files; look at the changes and commit them:\n${changed.join('\n')}`);
  return 1;
}

await installWhenStale();
for (const { name, run } of steps) {
  const started = performance.now();
  const code = await run().catch((error) => {
    console.error(error.message);
    return 1;
  });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
  if (code !== 0) process.exitCode = 1;
  // Signals end the check, and code that was not generated would only make every later step fail too.
  if (code > 128 || (code !== 0 && name === 'generate')) break;
}
