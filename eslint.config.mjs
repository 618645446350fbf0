import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { ioFolders, layers, pureFolders, wiringFiles } from './tools/layers.mjs';

const tests = ['**/*.test.ts', 'test/**', 'services/*/test/**'];
const layerFiles = layers.map((layer) => `services/*/src/**/*.${layer}.ts`);

const environment = {
  object: 'process',
  property: 'env',
  message: 'Only config.ts reads the environment; take the setting as a parameter.',
};
const chance = [
  { object: 'Math', property: 'random', message: 'Pure code gets its seed as a parameter.' },
  { object: 'Date', property: 'now', message: 'Pure code gets the time as a parameter.' },
  { object: 'Temporal', property: 'Now', message: 'Pure code gets the time as a parameter.' },
  { object: 'performance', property: 'now', message: 'Pure code gets the time as a parameter.' },
];

/** What a file may not do that has to give the same answer to the same question. */
const pureRules = {
  'no-restricted-properties': ['error', environment, ...chance],
  'no-restricted-syntax': [
    'error',
    {
      selector: 'NewExpression[callee.name="Date"][arguments.length=0]',
      message: 'Pure code gets the time as a parameter.',
    },
    { selector: 'MemberExpression[object.name="console"]', message: 'Pure code does not log.' },
  ],
};

export default defineConfig(
  { ignores: ['node_modules/', 'proto/gen/', '.lido/', 'coverage/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: {
        projectService: { allowDefaultProject: ['*.config.ts'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    plugins: { '@typescript-eslint': tseslint.plugin },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true, named: true, defaultFrom: true } }],
      'prefer-const': 'error',
      // `== null` is the one short way to say "absent or cleared".
      eqeqeq: ['error', 'always', { null: 'ignore' }],
    },
  },
  {
    files: ['**/*.ts', '**/*.mjs'],
    ignores: tests,
    rules: {
      'max-lines': ['error', 400],
      'max-lines-per-function': ['error', 60],
      'max-params': ['error', 4],
    },
  },
  {
    files: ['services/**/*.ts'],
    ignores: [...tests, 'services/*/src/config.ts', 'services/*/src/main.ts'],
    rules: { 'no-restricted-properties': ['error', environment] },
  },
  {
    files: ['services/*/src/**/*.ts'],
    ignores: [
      ...layerFiles,
      ...ioFolders.map((folder) => `services/${folder}/**`),
      ...wiringFiles.map((file) => `services/*/src/**/${file}`),
    ],
    rules: pureRules,
  },
  {
    files: pureFolders.map((folder) => `services/${folder}/**/*.ts`),
    ignores: ['**/*.test.ts'],
    rules: pureRules,
  },
  // Tools that ask for a default export.
  { files: ['*.config.ts'], rules: { 'no-restricted-exports': 'off' } },
);
