import {
  isExact,
  replay,
  REPLAY_DEFAULTS,
  ReplayBar,
  type ReplayObserver,
  replayReportLines,
} from '@lastro/client';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { CommandFault } from '../command-fault.ts';
import { addBankFlags, type BankFlags, findBank } from '../find-bank.ts';
import { currencyCode, wholeNumber } from '../flag-values.ts';
import { prepareReport } from '../report-file.ts';
import type { Terminal } from '../terminal.ts';

interface Flags extends BankFlags {
  readonly currency: string;
  readonly prefix: string;
  readonly rowsPerRequest: number;
  readonly partitions: number;
  readonly patience: number;
  readonly report?: string;
  readonly json?: boolean;
}

const { currency, prefix, rowsPerRequest, partitionsPerServer, patienceMs } = REPLAY_DEFAULTS;

/** `lastro replay`: real transactions into the bank, and every balance compared. */
export function register(program: Command, { env, terminal }: CommandContext): void {
  addBankFlags(program.command('replay <file>'))
    .description(
      'send the transactions of a CSV file (also .csv.gz) in order, and compare the balance after each',
    )
    .option('--currency <code>', 'currency of the file', currencyCode, currency)
    .option(
      '--prefix <text>',
      "put before each account's id, to have a file more than once in one bank",
      prefix,
    )
    .option('--rows-per-request <count>', 'rows in one request', wholeNumber(1, 10_000), rowsPerRequest)
    .option(
      '--partitions <count>',
      'requests under way at once for each server',
      wholeNumber(1, 64),
      partitionsPerServer,
    )
    .option(
      '--patience <seconds>',
      'how long one request is sent again before giving up',
      wholeNumber(1, 86_400),
      patienceMs / 1000,
    )
    .option('--report <file>', 'write the report as JSON')
    .option('--json', 'the report as JSON')
    .action(async (file: string, flags: Flags) => {
      const { servers, key } = await findBank({ ...flags, env });
      const writeReport = await prepareReport(flags.report);
      const settings = {
        file,
        servers,
        key,
        currency: flags.currency,
        prefix: flags.prefix,
        rowsPerRequest: flags.rowsPerRequest,
        partitionsPerServer: flags.partitions,
        patienceMs: flags.patience * 1000,
      };
      const bar = terminal.screen === undefined ? undefined : new ReplayBar(terminal.screen);
      const report = await replay(settings, bar ?? noteOf(terminal)).finally(() => bar?.clear());
      await writeReport(report);
      if (flags.json === true) terminal.print(JSON.stringify(report));
      else for (const line of replayReportLines(report)) terminal.print(line);
      if (!isExact(report)) throw new CommandFault('the bank did not do exactly what the file says');
    });
}

function noteOf(terminal: Terminal): ReplayObserver {
  return {
    surveyed: ({ rows, accounts }) => terminal.note(`replaying ${rows} rows of ${accounts.size} accounts`),
    progress: () => undefined,
  };
}
