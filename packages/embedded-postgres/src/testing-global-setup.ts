import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@lastro/service';
import type { TestProject } from 'vitest/node';
import { startPostgres } from './start-postgres.ts';

/** Starts one PostgreSQL in a temporary directory for all integration tests of a run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), 'lastro-test-postgres-'));
  const postgres = await startPostgres({ directory, logger: createLogger('test-postgres', 'warn') });
  project.provide('postgresUrl', postgres.url);
  return async () => {
    await postgres.stop();
    await rm(directory, { recursive: true, force: true });
  };
}
