import { ioFolders, layers, pureFolders, wiringFiles } from './tools/layers.mjs';

/** @param {readonly string[]} names */
const oneOf = (names) => `(${names.map((name) => name.replaceAll('.', '\\.')).join('|')})`;

const layerFile = `\\.${oneOf(layers)}\\.ts$`;
const testFile = '\\.test\\.ts$';
const anyPureFile = {
  path: '^services/[^/]+/src/',
  pathNot: [layerFile, `^services/${oneOf(ioFolders)}/`, `/${oneOf(wiringFiles)}$`],
};
const pureFolderFile = { path: `^services/${oneOf(pureFolders)}/`, pathNot: testFile };

const ioModules = [
  ...['child_process', 'cluster', 'dgram', 'dns', 'fs', 'http', 'http2', 'https', 'net', 'os', 'process', 'readline'],
  ...['timers', 'tls', 'worker_threads'],
];
const ioPackages = ['@mikro-orm', '@grpc', '@nats-io', 'nats', 'pino', 'pg', 'express', 'undici', 'ws'];
const io = [`^(node:)?${oneOf(ioModules)}(/|$)`, `(^|/)node_modules/${oneOf(ioPackages)}/`];
/** Parts of the runtime that reach the world; a pure file may know their types only. */
const ioRuntime = '^services/runtime/src/(config|db|events|grpc|jobs|service)/';

/** A type is gone at run time, so importing one does nothing. */
const whenUsed = { dependencyTypesNot: ['type-only'] };

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'services-meet-over-grpc-and-events',
      comment: 'A service knows the runtime and the contract; another service it only calls or hears.',
      severity: 'error',
      from: { path: '^services/([^/]+)/src/' },
      to: { path: '^services/[^/]+/', pathNot: ['^services/$1/', '^services/runtime/'] },
    },
    {
      name: 'services-do-not-need-the-workshop',
      comment: 'Code that runs in production imports neither tools nor tests.',
      severity: 'error',
      from: { path: '^services/[^/]+/src/', pathNot: testFile },
      to: { path: ['^tools/', '^test/', '^services/[^/]+/test/'] },
    },
    {
      name: 'pure-files-do-no-io',
      comment: 'A file without a layer suffix neither reads nor writes anything: pass the data in.',
      severity: 'error',
      from: anyPureFile,
      to: { path: io, ...whenUsed },
    },
    {
      name: 'pure-files-use-pure-files',
      comment: 'A file without a layer suffix may know the types of one that does input and output, not call it.',
      severity: 'error',
      from: anyPureFile,
      to: { path: [`^services/.*${layerFile}`, ioRuntime], ...whenUsed },
    },
    {
      name: 'pure-folders-do-no-io',
      comment: 'These folders are pure throughout; a layer suffix is no excuse there.',
      severity: 'error',
      from: pureFolderFile,
      to: { path: [...io, `^services/.*${layerFile}`, ioRuntime], ...whenUsed },
    },
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one file, or three.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'imports-resolve',
      comment: 'An import that can not be followed would hide what lies behind it from these rules.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '^proto/gen/'] },
    // Types vanish at run time but belong to the picture: cycles and borders count them too.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
      extensions: ['.ts', '.mjs', '.js', '.d.ts'],
    },
  },
};
