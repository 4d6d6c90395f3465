import { randomInt } from 'node:crypto';
import type { SimulationObserver, SimulationSettings } from '@lastro/client';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { CommandFault } from '../command-fault.ts';
import { addBankFlags, type BankFlags, findBank } from '../find-bank.ts';
import { currencyCode, wholeNumber } from '../flag-values.ts';
import { prepareReport } from '../report-file.ts';
import { fromUp } from '../play/from-up.ts';
import type { SimulationTeller } from '../play/simulation-teller.ts';
import { endWithParent } from '../run-service.ts';

interface Flags extends BankFlags {
  readonly clients?: number;
  readonly accounts?: number;
  readonly mix?: string;
  readonly rate?: number;
  readonly duration?: number;
  readonly operations?: number;
  readonly seed?: number;
  readonly amountMax?: number;
  readonly hotAccount?: number;
  readonly bulk?: number;
  readonly currency?: string;
  readonly settleTimeout?: number;
  readonly report?: string;
  readonly json?: boolean;
  readonly fromUp?: boolean;
}

const SECONDS_MAX = 86_400;
const OPERATIONS_MAX = 100_000_000;
const seconds = wholeNumber(1, SECONDS_MAX);

/** `lastro simulate`: loads a bank and checks every cent. */
export function register(program: Command, context: CommandContext): void {
  addBankFlags(program.command('simulate'))
    .description('load the bank with random operations, and check every one, every balance and every cent')
    .option('--clients <count>', 'clients that send at the same time (default: 64)', wholeNumber(1, 10_000))
    .option('--accounts <count>', 'accounts opened for the run (default: 1000)', wholeNumber(2, 1_000_000))
    .option('--mix <weights>', 'how often each kind comes (default: deposit=30,withdrawal=20,transfer=50)')
    .option(
      '--rate <operations>',
      'operations a second, kept up or not (default: as fast as the clients go)',
      wholeNumber(0, 1_000_000),
    )
    .option(
      '--duration <seconds>',
      'how long to send (default: 10, or as long as --operations takes)',
      seconds,
    )
    .option('--operations <count>', 'how many to send', wholeNumber(1, OPERATIONS_MAX))
    .option(
      '--seed <number>',
      'the same seed sends the same operations (default: another each time)',
      wholeNumber(0, 2 ** 32 - 1),
    )
    .option('--amount-max <minor units>', 'largest amount (default: 100000)', wholeNumber(1, 2 ** 32 - 1))
    .option(
      '--hot-account <percent>',
      'share of operations that touch one account (default: 0)',
      wholeNumber(0, 100),
    )
    .option(
      '--bulk <count>',
      'operations in each request (default: one, by the call of its kind)',
      wholeNumber(0, 10_000),
    )
    .option('--currency <code>', 'currency of the accounts (default: BRL)', currencyCode)
    .option('--settle-timeout <seconds>', 'longest wait for the last result (default: 120)', seconds)
    .option('--report <file>', 'write the report as JSON')
    .option('--json', 'progress and report as JSON lines')
    .addOption(fromUp())
    .action((flags: Flags) => run(flags, context));
}

async function run(flags: Flags, context: CommandContext): Promise<void> {
  endWithParent();
  const { terminal } = context;
  const { discrepancyLine, JsonLinesDisplay, LiveDisplay, reportLines, simulate } =
    await import('@lastro/client');
  const settings = await settingsOf(flags, context);
  const writeReport = await prepareReport(flags.report);
  const asJson = flags.json === true;
  const live =
    terminal.screen === undefined || asJson ? undefined : new LiveDisplay(terminal.screen, settings);
  const json = new JsonLinesDisplay((line) => (asJson ? terminal.print(line) : terminal.note(line)));
  const teller = await tellerOf(flags, live ?? json);
  const stop = stopOnInterrupt(() => {
    live?.clear();
    terminal.note('lastro: stopping; what was sent is checked now (again to end at once)');
  });
  const report = await simulate(settings, teller ?? live ?? json, stop.signal)
    .catch(async (error: unknown) => {
      await teller?.fault(error instanceof Error ? error.message : String(error));
      throw error;
    })
    .finally(() => {
      stop.release();
      live?.clear();
    });
  await writeReport(report);
  if (asJson) terminal.print(JSON.stringify({ event: 'report', ...report }));
  else for (const line of reportLines(report)) terminal.print(line);
  const [first] = report.discrepancies;
  await teller?.report(report, first === undefined ? undefined : discrepancyLine(first));
  if (report.discrepancyCount > 0)
    throw new CommandFault(`the bank is off by ${report.discrepancyCount} discrepancies`);
}

/** For simulated clients that `lastro up` has started. */
async function tellerOf(
  { fromUp: isFromUp = false }: Flags,
  display: SimulationObserver,
): Promise<SimulationTeller | undefined> {
  if (!isFromUp || process.send === undefined) return undefined;
  const { SimulationTeller } = await import('../play/simulation-teller.ts');
  return new SimulationTeller(process.send.bind(process), display);
}

/** @throws ClientSettingsError, CommandFault */
async function settingsOf(flags: Flags, { env }: CommandContext): Promise<SimulationSettings> {
  const { checkSimulationSettings, parseMix, SIMULATION_DEFAULTS } = await import('@lastro/client');
  const { servers, key } = await findBank({ ...flags, env });
  const { clients, accounts, currency, bulk, duration, operations } = flags;
  const given = withoutAbsent({
    clients,
    accounts,
    currency,
    bulk,
    operations,
    mix: flags.mix === undefined ? undefined : parseMix(flags.mix),
    ratePerSecond: flags.rate,
    // With --operations alone, the count ends the run.
    durationMs: inMs(duration ?? (operations === undefined ? undefined : SECONDS_MAX)),
    amountMaxMinor: flags.amountMax,
    hotAccountPercent: flags.hotAccount,
    settleTimeoutMs: inMs(flags.settleTimeout),
  });
  const settings = { ...SIMULATION_DEFAULTS, servers, key, seed: flags.seed ?? randomInt(2 ** 32), ...given };
  checkSimulationSettings(settings);
  return settings;
}

function inMs(givenSeconds: number | undefined): number | undefined {
  return givenSeconds === undefined ? undefined : givenSeconds * 1000;
}

type WithoutAbsent<Given> = { [Name in keyof Given]?: Exclude<Given[Name], undefined> };

function withoutAbsent<Given extends object>(given: Given): WithoutAbsent<Given> {
  return Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  ) as WithoutAbsent<Given>;
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
