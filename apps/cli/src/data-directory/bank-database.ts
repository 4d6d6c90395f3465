import { startPostgres } from '@lastro/embedded-postgres';
import { createLogger, readOptional } from '@lastro/service';
import { join } from 'node:path';
import { CommandFault } from '../command-fault.ts';
import { openDataDirectory } from './open-data-directory.ts';
import type { DataPaths } from './paths.ts';
import { findRunningBank } from './running-bank.ts';

/** The PostgreSQL of a bank, for the while that a command needs it. */
export interface BankDatabase {
  readonly url: string;
  release(): Promise<void>;
}

/**
 * The PostgreSQL of the bank in a data directory: of the one that runs there, or started for the while.
 *
 * @throws CommandFault, PostgresError
 */
export async function openBankDatabase(paths: DataPaths): Promise<BankDatabase> {
  await requireBank(paths);
  const bank = await findRunningBank(paths);
  if (bank === undefined) return openStoppedBank(paths);
  await requireOwnPostgres(paths, bank.databaseUrl);
  return { url: bank.databaseUrl, release: () => Promise.resolve() };
}

/**
 * The PostgreSQL of a bank that does not run, with everybody else kept out: started for the while, unless it is the one
 * at `databaseUrl`.
 *
 * @throws CommandFault, PostgresError
 */
export async function openStoppedBank(paths: DataPaths, databaseUrl?: string): Promise<BankDatabase> {
  await requireBank(paths);
  const lock = await openDataDirectory(paths);
  if (databaseUrl !== undefined) return { url: databaseUrl, release: () => lock.release() };
  try {
    await requireOwnPostgres(paths);
    const logger = createLogger('postgres', 'silent');
    const postgres = await startPostgres({ directory: paths.postgres, logger });
    return { url: postgres.url, release: () => postgres.stop().finally(() => lock.release()) };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function requireBank(paths: DataPaths): Promise<void> {
  if ((await readOptional(paths.format)) !== undefined) return;
  throw new CommandFault(`there is no bank in ${paths.directory}: name its data directory with --data-dir`);
}

/** The files of a PostgreSQL that `lastro up` was given with DATABASE_URL are not here. */
async function requireOwnPostgres(paths: DataPaths, databaseUrl?: string): Promise<void> {
  const password = (await readOptional(join(paths.postgres, 'password')))?.trim();
  // The PostgreSQL here is one server; a URL with several is none that `URL` can read.
  const isOwn =
    databaseUrl === undefined || (URL.canParse(databaseUrl) && new URL(databaseUrl).password === password);
  if (password !== undefined && isOwn) return;
  throw new CommandFault(
    `the bank in ${paths.directory} uses a PostgreSQL of your own: see 'Backup and restore' in docs/RELIABILITY.md`,
  );
}
