import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { DEFAULT_DATA_DIRECTORY, dataPaths } from '../data-directory/paths.ts';

interface Flags {
  readonly dataDir: string;
}

/** `lastro backup`: a copy of a whole bank, which may be in use. */
export function register(program: Command, { terminal }: CommandContext): void {
  program
    .command('backup')
    .description('copy a whole bank, ledger and queues, also while it is in use')
    .argument('<to>', 'a new directory; `lastro up --data-dir` starts a bank from it')
    .option('--data-dir <path>', 'data directory of the `lastro up` to copy', DEFAULT_DATA_DIRECTORY)
    .action(async (to: string, { dataDir }: Flags) => {
      const [{ backUpBank }, { openBankDatabase }, { fillBackup }] = await Promise.all([
        import('../backup/back-up-bank.ts'),
        import('../data-directory/bank-database.ts'),
        import('../backup/backup-target.ts'),
      ]);
      const paths = dataPaths(dataDir);
      const startedAt = performance.now();
      const queues = await fillBackup(to, paths, async (directory) => {
        const database = await openBankDatabase(paths);
        return backUpBank(paths, database.url, directory).finally(() => database.release());
      });
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
      terminal.print(
        `✓ ${to} has the ledger and the queues of ${queues.join(', ') || 'nobody'} (${seconds} s)`,
      );
      terminal.print(`  It holds the keys of the bank: keep it as closed as the bank itself.`);
      terminal.print(
        `  To see that it is whole: lastro up --port 0 --data-dir ${to}, then lastro verify --data-dir ${to}`,
      );
    });
}
