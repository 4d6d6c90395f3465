import { defineConfig } from 'vitest/config';

const source = {
  resolve: { conditions: ['@lastro/source'] },
  ssr: { resolve: { conditions: ['@lastro/source'] } },
};

/** What a test waits for may take its time on a busy machine. */
const PATIENCE = { timeout: 20_000 };

/** `*.test.ts` need nothing but Node; `*.int.test.ts` start a real PostgreSQL; `*.e2e.test.ts` run whole banks, in processes or simulated, and so do `*.long.test.ts`, which have a command of their own. */
export default defineConfig({
  test: {
    // One fewer than there are processors would leave half of a small machine idle.
    maxWorkers: '100%',
    // CI counts the tests from the file; people read the other.
    reporters: process.env['CI'] ? ['default', ['json', { outputFile: 'coverage/tests.json' }]] : ['default'],
    projects: [
      {
        ...source,
        test: {
          name: 'unit',
          // What they import takes longer than most of them: a process loads it once.
          isolate: false,
          testTimeout: 30_000,
          expect: { poll: PATIENCE },
          include: ['{apps,packages}/*/test/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: ['**/*.{int,e2e,long}.test.ts'],
        },
      },
      {
        ...source,
        test: {
          name: 'integration',
          isolate: false,
          expect: { poll: PATIENCE },
          include: ['{apps,packages}/*/test/**/*.int.test.ts', 'test/**/*.int.test.ts'],
          globalSetup: ['packages/embedded-postgres/src/testing-global-setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        ...source,
        test: {
          name: 'e2e',
          expect: { poll: PATIENCE },
          include: ['test/**/*.e2e.test.ts', 'apps/*/test/**/*.e2e.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 120_000,
        },
      },
      {
        ...source,
        test: {
          name: 'long',
          expect: { poll: PATIENCE },
          include: ['test/**/*.long.test.ts', 'apps/*/test/**/*.long.test.ts'],
          globalSetup: ['packages/embedded-postgres/src/testing-global-setup.ts'],
          testTimeout: 300_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
