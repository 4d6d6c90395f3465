import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { CommandFault } from '../command-fault.ts';
import { type BankDatabase, openBankDatabase } from '../data-directory/bank-database.ts';
import { DEFAULT_DATA_DIRECTORY, dataPaths } from '../data-directory/paths.ts';
import { findRunningBank } from '../data-directory/running-bank.ts';
import { DATABASE_URL_FLAG, namedDatabase } from '../named-database.ts';

interface Flags {
  readonly dataDir: string;
  readonly json?: boolean;
}

/** Part of the time that it works while commits are under way, and most operations in one step. */
const BUSY_SHARE_MAX = 0.25;
const STEP_OPERATIONS_MAX = 2_000;

/** `lastro reindex`: builds what operations and accounts are found by again from the ledger. */
export function register(program: Command, { env, terminal }: CommandContext): void {
  program
    .command('reindex')
    .description('build what operations and accounts are found by again from the ledger, also while in use')
    .option('--data-dir <path>', 'data directory of the bank', DEFAULT_DATA_DIRECTORY)
    .option(...DATABASE_URL_FLAG)
    .option('--json', 'the result as JSON')
    .action(async (flags: Flags, command: Command) => {
      const { rebuildProjection, RebuildUnderWayError } = await import('@lastro/data-service');
      const database = await openDatabase(flags.dataDir, namedDatabase(command, env));
      const startedAt = performance.now();
      try {
        const { operations } = await rebuildProjection({
          databaseUrl: database.url,
          busyShareMax: BUSY_SHARE_MAX,
          stepOperationsMax: STEP_OPERATIONS_MAX,
        });
        const seconds = (performance.now() - startedAt) / 1000;
        if (flags.json === true) return terminal.print(JSON.stringify({ operations, seconds }));
        const count = operations.toLocaleString('en-US');
        terminal.print(`✓ ${count} operations can be found (${seconds.toFixed(1)} s)`);
      } catch (error) {
        if (!(error instanceof RebuildUnderWayError)) throw error;
        throw new CommandFault(`${error.message}: wait for it to end`, 1, { cause: error });
      } finally {
        await database.release();
      }
    });
}

/** Of a bank that runs, whichever PostgreSQL it uses; of one that does not, its own. */
async function openDatabase(dataDir: string, databaseUrl: string | undefined): Promise<BankDatabase> {
  const running = databaseUrl ?? (await findRunningBank(dataPaths(dataDir)))?.databaseUrl;
  if (running !== undefined) return { url: running, release: () => Promise.resolve() };
  return openBankDatabase(dataPaths(dataDir));
}
