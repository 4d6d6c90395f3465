import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { usageFault } from '../command-fault.ts';
import { DEFAULT_DATA_DIRECTORY } from '../data-directory/paths.ts';
import { instant } from '../flag-values.ts';
import { DATABASE_URL_FLAG, ledgerDatabase } from '../named-database.ts';

interface Flags {
  readonly dataDir: string;
  readonly at?: string;
}

/** `lastro backup-taken`: for the backups of a PostgreSQL of one's own, that `lastro` knows nothing of. */
export function register(program: Command, { env, terminal }: CommandContext): void {
  program
    .command('backup-taken')
    .description(
      'tell the ledger that tools of your own have made a backup of it, so that its age is watched',
    )
    .option('--at <instant>', 'when it began, such as 2026-11-22T12:00:00Z (default: now)', instant)
    .option(
      '--data-dir <path>',
      'data directory of the `lastro up` whose ledger it is',
      DEFAULT_DATA_DIRECTORY,
    )
    .option(...DATABASE_URL_FLAG)
    .action(async ({ dataDir, at }: Flags, command: Command) => {
      const databaseUrl = await ledgerDatabase(command, env, dataDir);
      const { noteBackup } = await import('@lastro/data-service');
      const newest = await noteBackup(databaseUrl, at);
      if (newest === undefined) throw usageFault(`--at: ${at} is yet to come, by the clock of the database`);
      terminal.print(`✓ The newest backup that the ledger knows of was taken at ${newest.toISOString()}`);
    });
}
