import type { ReplaySettings } from '@lastro/client';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { CommandFault } from '../command-fault.ts';
import { addBankFlags, type BankFlags, findBank } from '../find-bank.ts';
import { currencyCode, wholeNumber } from '../flag-values.ts';
import { prepareReport } from '../report-file.ts';
import { rowProgress } from '../row-progress.ts';

interface Flags extends BankFlags {
  readonly currency?: string;
  readonly prefix?: string;
  readonly rowsPerRequest?: number;
  readonly partitions?: number;
  readonly patience?: number;
  readonly report?: string;
  readonly json?: boolean;
}

/** `lastro replay`: real transactions into the bank, and every balance compared. */
export function register(program: Command, context: CommandContext): void {
  addBankFlags(program.command('replay <file>'))
    .description(
      'send the transactions of a CSV file (also .csv.gz) in order, and compare the balance after each',
    )
    .option('--currency <code>', 'currency of the file (default: CZK)', currencyCode)
    .option('--prefix <text>', "put before each account's id, to have a file more than once in one bank")
    .option('--rows-per-request <count>', 'rows in one request (default: 1000)', wholeNumber(1, 10_000))
    .option(
      '--partitions <count>',
      'requests under way at once for each server (default: 2)',
      wholeNumber(1, 64),
    )
    .option(
      '--patience <seconds>',
      'how long one request is sent again before giving up (default: 120)',
      wholeNumber(1, 86_400),
    )
    .option('--report <file>', 'write the report as JSON')
    .option('--json', 'the report as JSON')
    .action((file: string, flags: Flags) => run(file, flags, context));
}

async function run(file: string, flags: Flags, context: CommandContext): Promise<void> {
  const { terminal } = context;
  const { isExact, replay, replayReportLines } = await import('@lastro/client');
  const settings = await settingsOf(file, flags, context);
  const writeReport = await prepareReport(flags.report);
  const progress = await rowProgress(terminal, 'exact');
  const report = await replay(settings, {
    surveyed: ({ rows, accounts }) =>
      progress.start(rows, `replaying ${rows} rows of ${accounts.size} accounts`),
    progress: ({ rows, exact }) => progress.update(rows, exact),
  }).finally(() => progress.clear());
  await writeReport(report);
  if (flags.json === true) terminal.print(JSON.stringify(report));
  else for (const line of replayReportLines(report)) terminal.print(line);
  if (!isExact(report)) throw new CommandFault('the bank did not do exactly what the file says');
}

async function settingsOf(file: string, flags: Flags, { env }: CommandContext): Promise<ReplaySettings> {
  const { REPLAY_DEFAULTS: defaults } = await import('@lastro/client');
  const { servers, key } = await findBank({ ...flags, env });
  return {
    file,
    servers,
    key,
    currency: flags.currency ?? defaults.currency,
    prefix: flags.prefix ?? defaults.prefix,
    rowsPerRequest: flags.rowsPerRequest ?? defaults.rowsPerRequest,
    partitionsPerServer: flags.partitions ?? defaults.partitionsPerServer,
    patienceMs: flags.patience === undefined ? defaults.patienceMs : flags.patience * 1000,
  };
}
