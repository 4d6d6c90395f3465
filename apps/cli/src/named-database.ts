import { loadConfig } from '@lastro/service';
import type { Command } from 'commander';
import { Type } from 'typebox';

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
