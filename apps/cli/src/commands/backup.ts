import { rmdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { CommandFault } from '../command-fault.ts';
import { DEFAULT_DATA_DIRECTORY, dataPaths } from '../data-directory/paths.ts';

interface Flags {
  readonly dataDir: string;
  readonly queueDir?: string;
}

/** `lastro backup`: a copy of a whole bank, or of the queue of one business service, which may be in use. */
export function register(program: Command, { terminal }: CommandContext): void {
  program
    .command('backup')
    .description('copy a whole bank, ledger and queues, also while it is in use')
    .argument('<to>', 'a new directory; `lastro up --data-dir` starts a bank from it')
    .option('--data-dir <path>', 'data directory of the `lastro up` to copy', DEFAULT_DATA_DIRECTORY)
    .addOption(
      new Option(
        '--queue-dir <path>',
        'copy only the queue of one `lastro business`: its LASTRO_QUEUE_DIR',
      ).conflicts('dataDir'),
    )
    .action(async (to: string, { dataDir, queueDir }: Flags) => {
      const startedAt = performance.now();
      const lines = await (queueDir === undefined ? copyBank(dataDir, to) : copyOneQueue(queueDir, to));
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
      const [first, ...rest] = lines;
      terminal.print(`✓ ${first} (${seconds} s)`);
      for (const line of rest) terminal.print(`  ${line}`);
    });
}

/** What to tell of it; so below. */
async function copyBank(dataDir: string, to: string): Promise<string[]> {
  const [{ backUpBank }, { openBankDatabase }, { fillBackup }] = await Promise.all([
    import('../backup/back-up-bank.ts'),
    import('../data-directory/bank-database.ts'),
    import('../backup/backup-target.ts'),
  ]);
  const paths = dataPaths(dataDir);
  const takenAt = new Date().toISOString();
  const database = await openBankDatabase(paths);
  try {
    const queues = await fillBackup(to, paths.directory, (directory) =>
      backUpBank(paths, database.url, directory),
    );
    return [
      `${to} has the ledger and the queues of ${queues.join(', ') || 'nobody'}`,
      'It holds the keys of the bank: keep it as closed as the bank itself.',
      `To see that it is whole: lastro up --port 0 --data-dir ${to}, then lastro verify --data-dir ${to}`,
      ...(await tellLedger(database.url, takenAt)),
    ];
  } finally {
    await database.release();
  }
}

/** The copy is whole, whether the ledger hears of it or not. */
async function tellLedger(databaseUrl: string, takenAt: string): Promise<string[]> {
  const { noteBackup } = await import('@lastro/data-service');
  try {
    await noteBackup(databaseUrl, takenAt);
    return [];
  } catch (error) {
    return [`The ledger could not be told, so its metrics know nothing of it: ${(error as Error).message}`];
  }
}

async function copyOneQueue(queueDir: string, to: string): Promise<string[]> {
  const [{ copyQueue }, { fillBackup }] = await Promise.all([
    import('@lastro/business-service/queue'),
    import('../backup/backup-target.ts'),
  ]);
  await fillBackup(to, resolve(queueDir), async (directory) => {
    // The copy makes its directory by itself, closed to everybody else.
    await rmdir(directory);
    if (!(await copyQueue(queueDir, directory)))
      throw new CommandFault(
        `there is no queue in ${queueDir}: name the LASTRO_QUEUE_DIR of a business service`,
      );
  });
  return [
    `${to} has the queue of ${queueDir}`,
    'Copy the ledger after it, never before. A business service starts on the copy with LASTRO_QUEUE_DIR.',
  ];
}
