import { loadConfig } from '@lastro/service';
import type { Command } from 'commander';
import { Type } from 'typebox';
import { CommandFault } from './command-fault.ts';
import { dataPaths } from './data-directory/paths.ts';
import { findRunningBank } from './data-directory/running-bank.ts';

const DatabaseSettings = Type.Object({ DATABASE_URL: Type.Optional(Type.String()) });

export const DATABASE_URL_FLAG = [
  '--database-url <url>',
  'the PostgreSQL of the ledger (default: DATABASE_URL, which `ps` does not show, or that of --data-dir)',
] as const;

/**
 * The PostgreSQL that is named to a command: by `--database-url`, else by DATABASE_URL in the environment. `undefined`: none,
 * or a data directory was named instead.
 */
export function namedDatabase(command: Command, env: NodeJS.ProcessEnv): string | undefined {
  const { databaseUrl } = command.opts<{ databaseUrl?: string }>();
  if (databaseUrl !== undefined) return databaseUrl;
  if (command.getOptionValueSource('dataDir') === 'cli') return undefined;
  return loadConfig(DatabaseSettings, env).DATABASE_URL;
}

/**
 * The PostgreSQL of a ledger that is in use: the one that is named to the command, else that of the bank that runs in `dataDir`.
 *
 * @throws CommandFault when there is neither.
 */
export async function ledgerDatabase(
  command: Command,
  env: NodeJS.ProcessEnv,
  dataDir: string,
): Promise<string> {
  const named = namedDatabase(command, env);
  if (named !== undefined) return named;
  const bank = await findRunningBank(dataPaths(dataDir));
  if (bank !== undefined) return bank.databaseUrl;
  throw new CommandFault(
    `no bank runs in ${dataDir}: start it with 'lastro up', or name its PostgreSQL with DATABASE_URL or --database-url`,
  );
}
