import { randomInt } from 'node:crypto';
import {
  ClientSettingsError,
  checkSimulationSettings,
  JsonLinesDisplay,
  LiveDisplay,
  parseMix,
  reportLines,
  simulate,
  SIMULATION_DEFAULTS,
  type SimulationSettings,
} from '@lastro/client';
import { type Command, InvalidArgumentError } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { CommandFault, usageFault } from '../command-fault.ts';
import { addBankFlags, type BankFlags, findBank } from '../find-bank.ts';
import { currencyCode, wholeNumber } from '../flag-values.ts';
import { prepareReport } from '../report-file.ts';

interface Flags extends BankFlags {
  readonly clients: number;
  readonly accounts: number;
  readonly mix: SimulationSettings['mix'];
  readonly rate: number;
  readonly duration?: number;
  readonly operations?: number;
  readonly seed?: number;
  readonly amountMax: number;
  readonly hotAccount: number;
  readonly bulk: number;
  readonly currency: string;
  readonly settleTimeout: number;
  readonly report?: string;
  readonly json?: boolean;
}

const SECONDS_MAX = 86_400;
const { clients, accounts, mix, amountMaxMinor, settleTimeoutMs, durationMs, currency, operations } =
  SIMULATION_DEFAULTS;

/** `lastro simulate`: loads a bank and checks every cent. */
export function register(program: Command, context: CommandContext): void {
  addBankFlags(program.command('simulate'))
    .description('load the bank with random operations, and check every one, every balance and every cent')
    .option('--clients <count>', 'clients that send at the same time', wholeNumber(1, 10_000), clients)
    .option('--accounts <count>', 'accounts that are opened for the run', wholeNumber(2, 1_000_000), accounts)
    .option(
      '--mix <weights>',
      'how often each kind comes (default: deposit=30,withdrawal=20,transfer=50)',
      mixOf,
      mix,
    )
    .option(
      '--rate <operations>',
      'operations a second, kept up or not; 0: as fast as the clients go',
      wholeNumber(0, 1_000_000),
      0,
    )
    .option(
      '--duration <seconds>',
      `how long to send (default: ${durationMs / 1000}, without --operations)`,
      wholeNumber(1, SECONDS_MAX),
    )
    .option('--operations <count>', 'how many to send', wholeNumber(1, operations))
    .option(
      '--seed <number>',
      'the same seed sends the same operations (default: another each time)',
      wholeNumber(0, 2 ** 32 - 1),
    )
    .option('--amount-max <minor units>', 'largest amount', wholeNumber(1, 2 ** 32 - 1), amountMaxMinor)
    .option('--hot-account <percent>', 'share of operations that touch one account', wholeNumber(0, 100), 0)
    .option(
      '--bulk <count>',
      'operations in each request; 0: one, by the call of its kind',
      wholeNumber(0, 10_000),
      0,
    )
    .option('--currency <code>', 'currency of the accounts', currencyCode, currency)
    .option(
      '--settle-timeout <seconds>',
      'longest wait for the last result',
      wholeNumber(1, SECONDS_MAX),
      settleTimeoutMs / 1000,
    )
    .option('--report <file>', 'write the report as JSON')
    .option('--json', 'progress and report as JSON lines')
    .action((flags: Flags) => run(flags, context));
}

async function run(flags: Flags, context: CommandContext): Promise<void> {
  const { terminal } = context;
  const settings = await settingsOf(flags, context);
  const writeReport = await prepareReport(flags.report);
  const live =
    terminal.screen === undefined || flags.json === true
      ? undefined
      : new LiveDisplay(terminal.screen, settings);
  const json = new JsonLinesDisplay((line) =>
    flags.json === true ? terminal.print(line) : terminal.note(line),
  );
  const stop = stopOnInterrupt(() =>
    terminal.note('lastro: stopping; what was sent is checked now (again to end at once)'),
  );
  const report = await simulate(settings, live ?? json, stop.signal).finally(() => {
    stop.release();
    live?.clear();
  });
  await writeReport(report);
  if (flags.json === true) terminal.print(JSON.stringify({ event: 'report', ...report }));
  else for (const line of reportLines(report)) terminal.print(line);
  if (report.discrepancyCount > 0)
    throw new CommandFault(`the bank is off by ${report.discrepancyCount} discrepancies`);
}

async function settingsOf(flags: Flags, { env }: CommandContext): Promise<SimulationSettings> {
  const { servers, key } = await findBank({ ...flags, env });
  const settings = {
    servers,
    key,
    clients: flags.clients,
    accounts: flags.accounts,
    mix: flags.mix,
    ratePerSecond: flags.rate,
    durationMs: durationOf(flags) * 1000,
    operations: flags.operations ?? operations,
    seed: flags.seed ?? randomInt(2 ** 32),
    amountMaxMinor: flags.amountMax,
    hotAccountPercent: flags.hotAccount,
    bulk: flags.bulk,
    currency: flags.currency,
    settleTimeoutMs: flags.settleTimeout * 1000,
  };
  try {
    checkSimulationSettings(settings);
  } catch (error) {
    throw error instanceof ClientSettingsError ? usageFault(error.message) : error;
  }
  return settings;
}

/** Seconds. With `--operations` alone, the count ends the run. */
function durationOf({ duration, operations: count }: Flags): number {
  return duration ?? (count === undefined ? durationMs / 1000 : SECONDS_MAX);
}

/** The first interrupt ends the load, and the check still runs; the second ends the process as usual. */
function stopOnInterrupt(onStop: () => void): { signal: AbortSignal; release: () => void } {
  const stop = new AbortController();
  const onInterrupt = (): void => {
    onStop();
    stop.abort();
  };
  process.once('SIGINT', onInterrupt);
  return { signal: stop.signal, release: () => void process.removeListener('SIGINT', onInterrupt) };
}

function mixOf(text: string): SimulationSettings['mix'] {
  try {
    return parseMix(text);
  } catch (error) {
    throw error instanceof ClientSettingsError ? new InvalidArgumentError(`${error.message}.`) : error;
  }
}
