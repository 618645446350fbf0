// Which files may do input and output. The dependency fences and the linter both read this list.

/** A file of a service whose name ends in one of these does input and output; every other file is pure. */
export const layers = ['entity', 'repository', 'handlers', 'consumer', 'client', 'job', 'server', 'ws', 'test'];

/** Whole folders, relative to `services`, whose files do input and output without saying so in their names. */
export const ioFolders = [
  'api-gateway/src',
  ...['config', 'db', 'errors', 'events', 'grpc', 'jobs', 'telemetry', 'resource', 'service'].map(
    (folder) => `runtime/src/${folder}`,
  ),
];

/** Files of any service that wire it up. */
export const wiringFiles = [
  'start.ts',
  'serve.ts',
  'compose-actions.ts',
  'compose-facts.ts',
  'compose-readers.ts',
  'entities.ts',
  'main.ts',
  'config.ts',
];

/** Folders, relative to `services`, that are pure throughout, also inside a folder of the list above. */
export const pureFolders = [
  'availability/src/solver',
  'runtime/src/rest',
  'runtime/src/time',
  'api-gateway/src/problem',
];
