import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { childEnvironment, findNode24, oldNodeSentence, root } from './node24.mjs';

const generated = join(root, 'proto', 'gen');
const contractWriter = join(root, 'services', 'api-gateway', 'src', 'openapi', 'write-contract.ts');
const contractFiles = [join(root, 'proto', 'routes.txt'), join(root, 'openapi.json')];
const contractStamp = join(generated, '.contract-stamp');

/**
 * Makes TypeScript, the descriptor image and the list of services of the proto files, then the published contract
 * (`proto/routes.txt`, `openapi.json`). Each half is skipped when nothing it reads has changed.
 * @param {{always?: boolean}} [options] `always` writes the published contract even when nothing has changed
 */
export async function generate({ always = false } = {}) {
  const node = findNode24();
  if (node === undefined) throw new Error(oldNodeSentence);
  const sources = hashOf([
    'proto/src',
    'proto/vendor',
    'proto/struct.ts',
    'buf.yaml',
    'buf.gen.yaml',
    'tools/generate.mjs',
  ]);
  if (readStamp(join(generated, '.stamp')) !== sources) await generateCode(node, sources);
  if (!existsSync(contractWriter)) return;
  const writers = hashOf(['services/api-gateway/src', 'services/runtime/src/rest', 'proto/gen/.stamp']);
  if (!always && contractFiles.every(existsSync) && readStamp(contractStamp) === writers) return;
  await run(node, [contractWriter], node);
  writeFileSync(contractStamp, writers);
}

/**
 * Writes into a folder beside proto/gen and swaps the two at the end, so that a failure leaves the old code in place.
 * @param {string} node
 * @param {string} stamp
 */
async function generateCode(node, stamp) {
  const scratch = join(root, '.lido', `generate-${process.pid}`);
  const fresh = join(scratch, 'proto', 'gen');
  try {
    mkdirSync(fresh, { recursive: true });
    await run('buf', ['generate', '--output', scratch], node);
    // ts-proto's own reading of free-form values loses them; proto/struct.ts says how.
    const freeForm = join(fresh, 'google', 'protobuf', 'struct.ts');
    if (existsSync(freeForm)) copyFileSync(join(root, 'proto', 'struct.ts'), freeForm);
    await run('buf', ['build', '--output', join(fresh, 'lido.binpb')], node);
    writeFileSync(join(fresh, 'services.ts'), await serviceList(join(fresh, 'lido.binpb')));
    writeFileSync(join(fresh, '.stamp'), stamp);
    swapIn(fresh, join(scratch, 'old'), stamp);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/**
 * @param {string} fresh
 * @param {string} old where the replaced folder goes
 * @param {string} stamp
 */
function swapIn(fresh, old, stamp) {
  try {
    if (existsSync(generated)) renameSync(generated, old);
    renameSync(fresh, generated);
  } catch (error) {
    // Another run at the same time was quicker; its result serves as well when it was made of the same sources.
    if (readStamp(join(generated, '.stamp')) !== stamp) throw error;
  }
}

/**
 * The text of services.ts: every service definition of the image, imported under its full name without dots.
 * @param {string} image
 */
async function serviceList(image) {
  // Imported here, because this file is loaded before the packages are installed.
  const { createFileRegistry, fromBinary } = await import('@bufbuild/protobuf');
  const { FileDescriptorSetSchema } = await import('@bufbuild/protobuf/wkt');
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(image)));
  const services = [...registry.files]
    .flatMap((file) => file.services)
    .filter((service) => service.typeName.startsWith('lido.'))
    .map((service) => ({ service, alias: service.typeName.replaceAll('.', '_') }))
    .sort((left, right) => (left.alias < right.alias ? -1 : 1));
  return [
    '// Generated from the proto files by tools/generate.mjs.',
    "import type { ServiceDefinition } from '@grpc/grpc-js';",
    ...services.map(
      ({ service, alias }) => `import { ${service.name}Service as ${alias} } from './${service.file.name}.ts';`,
    ),
    '',
    '/** Every gRPC service of the contract, public and internal. */',
    'export const services: readonly ServiceDefinition[] = [',
    ...services.map(({ alias }) => `  ${alias},`),
    '];',
    '',
  ].join('\n');
}

/**
 * @param {string} program
 * @param {string[]} args
 * @param {string} node
 * @returns {Promise<void>}
 */
function run(program, args, node) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, env: childEnvironment(node), stdio: 'inherit' });
    child.once('error', reject);
    child.once('exit', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`Generation failed: ${[program, ...args].join(' ')} ended with ${code}.`));
    });
  });
}

/**
 * One hash over files and whole folders, by name and content.
 * @param {string[]} paths relative to the checkout
 */
function hashOf(paths) {
  const hash = createHash('sha256');
  for (const path of paths.flatMap((path) => filesUnder(join(root, path)))) {
    hash.update(relative(root, path)).update('\0').update(readFileSync(path)).update('\0');
  }
  return hash.digest('hex');
}

/**
 * @param {string} path
 * @returns {string[]}
 */
function filesUnder(path) {
  if (!existsSync(path)) return [];
  try {
    const names = readdirSync(path).sort();
    return names.flatMap((name) => filesUnder(join(path, name)));
  } catch {
    return [path];
  }
}

/** @param {string} path */
function readStamp(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

/** As `generate`, for entry points: a failure is its sentence and the end of the process, without a stack. */
export async function generateOrExit() {
  await generate().catch((error) => {
    console.error(error.message);
    process.exit(1);
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await generateOrExit();
