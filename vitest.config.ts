import { defineConfig } from 'vitest/config';

/** The kinds of tests that need PostgreSQL and nats-server share one of each for the whole run. */
const withServers = { globalSetup: ['test/support/global-setup.ts'] };

/** The kinds of tests with properties. */
const withProperties = { setupFiles: ['test/support/same-cases.ts'] };

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    // These limits only end what hangs: what takes seconds on an idle machine takes many times that on a busy one.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // A test that asserts nothing proves nothing; one left with .only would hide the others.
    allowOnly: false,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['services/**/src/**/*.test.ts', 'tools/**/*.test.ts', 'test/bench/**/*.test.ts'],
          ...withProperties,
        },
      },
      { extends: true, test: { name: 'oracle', include: ['test/oracle/**/*.test.ts'], ...withProperties } },
      { extends: true, test: { name: 'fences', include: ['test/fences/**/*.test.ts'] } },
      { extends: true, test: { name: 'service', include: ['services/*/test/**/*.test.ts'], ...withServers } },
      { extends: true, test: { name: 'contract', include: ['test/contract/**/*.test.ts'], ...withServers } },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts', 'test/support/**/*.test.ts'],
          ...withServers,
        },
      },
      {
        extends: true,
        test: { name: 'e2e', include: ['test/e2e/**/*.test.ts'], ...withServers },
      },
    ],
  },
});
