import type { ImportSettings } from '@lastro/client';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { CommandFault } from '../command-fault.ts';
import { addBankFlags, type BankFlags, findBank } from '../find-bank.ts';
import { currencyCode, wholeNumber } from '../flag-values.ts';
import { rowProgress } from '../row-progress.ts';

interface Flags extends BankFlags {
  readonly dryRun?: boolean;
  readonly skipBad?: boolean;
  readonly currency?: string;
  readonly rowsPerRequest?: number;
  readonly partitions?: number;
  readonly patience?: number;
  readonly report?: string;
  readonly json?: boolean;
}

const HELP = `
Accounts:   id, currency, overdraftLimit, name, metadata.KEY...
Operations: type, id, account or from and to, amount, currency, description, metadata.KEY...
            and the other fields of POST /v1/operations

Money is decimal, as people write it (12.34), or in minor units under amountMinor and overdraftLimitMinor. A row
without an id has one that follows from the content of the file and its line. So run the same file again, after a crash or
to be sure, and nothing is done twice; but put rows that you have mended into a new file.
`;

/** `lastro import`: accounts or operations of a CSV file into the bank. */
export function register(program: Command, context: CommandContext): void {
  addBankFlags(program.command('import <file>'))
    .description('bring accounts or operations from a CSV file (also .csv.gz) into the bank')
    .option('--dry-run', 'check every row, and ask what the bank would say; post nothing')
    .option('--skip-bad', 'send the good rows although others are bad (default: then nothing is sent)')
    .option('--currency <code>', 'currency of rows that name none (default: BRL)', currencyCode)
    .option('--rows-per-request <count>', 'rows in one request (default: 2000)', wholeNumber(1, 10_000))
    .option(
      '--partitions <count>',
      'requests under way at once for each server, where no row touches two accounts (default: 2)',
      wholeNumber(1, 64),
    )
    .option(
      '--patience <seconds>',
      'how long one request is sent again before giving up (default: 120)',
      wholeNumber(1, 86_400),
    )
    .option('--report <file>', 'write each row that failed as CSV: line, id, status, reason')
    .option('--json', 'the report as JSON')
    .addHelpText('after', HELP)
    .action((file: string, flags: Flags) => run(file, flags, context));
}

async function run(file: string, flags: Flags, context: CommandContext): Promise<void> {
  const { terminal } = context;
  const { importFile, importReportLines } = await import('@lastro/client');
  const settings = await settingsOf(file, flags, context);
  const progress = await rowProgress(terminal, 'failed');
  const report = await importFile(settings, {
    surveyed: ({ rows, columns }) => progress.start(rows, `${rows} rows of ${columns.kind}`),
    progress: ({ rows, failed }) => progress.update(rows, failed),
  }).finally(() => progress.clear());
  if (flags.json === true) terminal.print(JSON.stringify(report));
  else for (const line of importReportLines(report)) terminal.print(line);
  if (report.failed > 0) throw new CommandFault(`${report.failed} of ${report.rows} rows failed`);
}

async function settingsOf(file: string, flags: Flags, { env }: CommandContext): Promise<ImportSettings> {
  const { IMPORT_DEFAULTS: defaults } = await import('@lastro/client');
  const { servers, key } = await findBank({ ...flags, env });
  return {
    file,
    servers,
    key,
    currency: flags.currency ?? defaults.currency,
    dryRun: flags.dryRun ?? defaults.dryRun,
    skipBad: flags.skipBad ?? defaults.skipBad,
    failedLinesFile: flags.report,
    rowsPerRequest: flags.rowsPerRequest ?? defaults.rowsPerRequest,
    partitionsPerServer: flags.partitions ?? defaults.partitionsPerServer,
    patienceMs: flags.patience === undefined ? defaults.patienceMs : flags.patience * 1000,
  };
}
