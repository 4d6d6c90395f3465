import { startPostgres } from '@lastro/embedded-postgres';
import { createLogger } from '@lastro/service';
import { join } from 'node:path';
import { CommandFault } from '../command-fault.ts';
import { readOptional } from '../data-directory/files.ts';
import { openDataDirectory } from '../data-directory/open-data-directory.ts';
import type { DataPaths } from '../data-directory/paths.ts';
import { findRunningBank } from '../data-directory/running-bank.ts';

/** The PostgreSQL of a bank that is to be copied. */
export interface BackupSource {
  readonly databaseUrl: string;
  release(): Promise<void>;
}

/**
 * The bank in a data directory: as it runs, or, when it does not, with its PostgreSQL started for the while and everybody
 * else kept out.
 *
 * @throws CommandFault, PostgresError
 */
export async function openBackupSource(paths: DataPaths): Promise<BackupSource> {
  if ((await readOptional(paths.format)) === undefined)
    throw new CommandFault(`there is no bank in ${paths.directory}: name its data directory with --data-dir`);
  const bank = await findRunningBank(paths);
  if (bank !== undefined) {
    await requireOwnPostgres(paths, bank.databaseUrl);
    return { databaseUrl: bank.databaseUrl, release: () => Promise.resolve() };
  }
  const lock = await openDataDirectory(paths);
  try {
    await requireOwnPostgres(paths);
    const logger = createLogger('postgres', 'silent');
    const postgres = await startPostgres({ directory: paths.postgres, logger });
    return { databaseUrl: postgres.url, release: () => postgres.stop().finally(() => lock.release()) };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** The files of a PostgreSQL that `lastro up` was given with DATABASE_URL are not here to be copied. */
async function requireOwnPostgres(paths: DataPaths, databaseUrl?: string): Promise<void> {
  const password = (await readOptional(join(paths.postgres, 'password')))?.trim();
  const isOwn = databaseUrl === undefined || new URL(databaseUrl).password === password;
  if (password !== undefined && isOwn) return;
  throw new CommandFault(
    `the bank in ${paths.directory} uses a PostgreSQL of your own: back that up with its own tools (docs/RELIABILITY.md says in which order)`,
  );
}
