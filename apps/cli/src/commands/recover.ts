import type { RecoveryReport } from '@lastro/data-service';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { CommandFault, usageFault } from '../command-fault.ts';
import type { BankDatabase } from '../data-directory/bank-database.ts';
import { DEFAULT_DATA_DIRECTORY, dataPaths } from '../data-directory/paths.ts';
import { namedDatabase } from '../named-database.ts';
import type { Terminal } from '../terminal.ts';

interface Flags {
  readonly dataDir: string;
  readonly databaseUrl?: string | undefined;
  readonly queue?: readonly string[];
}

/** `lastro recover`: brings a ledger that was restored from a backup forward with what the queues have kept. */
export function register(program: Command, { env, terminal }: CommandContext): void {
  program
    .command('recover')
    .description('bring a restored ledger forward with the results that the queues have kept')
    .option('--data-dir <path>', 'data directory of the bank, which must be stopped', DEFAULT_DATA_DIRECTORY)
    .option(
      '--database-url <url>',
      'the PostgreSQL of the ledger (default: that of --data-dir; with --queue: DATABASE_URL, which `ps` does not show)',
    )
    .option('--queue <directories...>', 'queues of stopped business services (default: those of --data-dir)')
    .action(async (flags: Flags, command: Command) => {
      // Which ledger the queues of a data directory are brought into is never left to the environment.
      const databaseUrl = flags.queue === undefined ? flags.databaseUrl : namedDatabase(command, env);
      const report = await recover({ ...flags, databaseUrl });
      printReport(terminal, report);
      if (report.differenceCount > 0)
        throw new CommandFault(
          `${report.differenceCount} operations came out otherwise than their clients were told`,
        );
    });
}

async function recover({ dataDir, databaseUrl, queue }: Flags): Promise<RecoveryReport> {
  if (queue !== undefined && databaseUrl === undefined)
    throw usageFault('--queue needs --database-url or DATABASE_URL: which ledger are these the queues of?');
  const [{ KeptResults }, { recoverLedger }, { openStoppedBank }, { queueDirectories }, { writeRecovered }] =
    await Promise.all([
      import('@lastro/business-service/queue'),
      import('@lastro/data-service'),
      import('../data-directory/bank-database.ts'),
      import('../recover/queue-directories.ts'),
      import('../recover/ledger-behind.ts'),
    ]);
  const paths = dataPaths(dataDir);
  const database: BankDatabase =
    queue === undefined
      ? await openStoppedBank(paths, databaseUrl)
      : { url: databaseUrl!, release: () => Promise.resolve() };
  try {
    const kept = await KeptResults.open(queue ?? (await queueDirectories(paths)));
    try {
      const report = await recoverLedger(database.url, (sequence) => kept.after(sequence));
      if (queue === undefined) await writeRecovered(paths, kept.newestSequence());
      return report;
    } finally {
      await kept.close();
    }
  } finally {
    await database.release();
  }
}

function printReport(terminal: Terminal, report: RecoveryReport): void {
  const { from, to, exactTo, expiries, again, differences, differenceCount } = report;
  const count = (value: number) => value.toLocaleString('en-US');
  terminal.print(`The ledger ended at operation ${count(from)} and now ends at ${count(to)}`);
  terminal.print(
    `  as they were    ${count(exactTo - from)}: in their places, with their balances and times`,
  );
  if (expiries > 0)
    terminal.print(
      `  expiries        ${count(expiries)} of these made again, which no queue keeps: hashes differ from there`,
    );
  if (again > 0)
    terminal.print(`  posted again    ${count(again)}: results before them are missing in the queues`);
  for (const { id, told, now } of differences)
    terminal.print(`✗ operation ${id}: was ${told}, and now is ${now}`);
  if (differenceCount > differences.length)
    terminal.print(`  and ${count(differenceCount - differences.length)} more`);
  if (again === 0) terminal.print('✓ Every result that the queues have kept is in the ledger');
}
