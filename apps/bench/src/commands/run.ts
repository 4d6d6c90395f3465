import { writeFile } from 'node:fs/promises';
import { InvalidArgumentError, type Command } from 'commander';
import type { RunningLastro } from '../contenders/lastro/lastro.ts';
import { addCommonFlags, type CommonFlags, whole } from '../flags.ts';
import { type Case, CASES } from '../measure/cases.ts';
import { measureDrain } from '../measure/measure-drain.ts';
import { latencyCases, measureLatency } from '../measure/measure-latency.ts';
import { measureManyAccounts } from '../measure/measure-many-accounts.ts';
import { measureThroughput, type RoundSettings } from '../measure/measure-throughput.ts';
import { processorChart, throughputChart } from '../report/charts.ts';
import { describeMachine } from '../report/machine.ts';
import type { BenchReport } from '../report/report.ts';
import { reportText } from '../report/tables.ts';
import { type Findings, judge } from '../report/targets.ts';
import { writeReportFiles } from '../report/write-files.ts';
import { type Session, withSession } from '../session.ts';
import { note, print } from '../terminal.ts';

interface Flags extends CommonFlags {
  readonly rounds: number;
  readonly quick?: boolean;
  readonly only?: readonly string[];
  readonly backlog: number;
  readonly large?: number | true;
  readonly profile?: string;
  readonly pool?: number;
}

const QUICK = { rounds: 1, seconds: 2, warmUp: 1, backlog: 50_000 };
const LARGE_ACCOUNTS = 1_000_000;
/** What --only can name beside the cases of throughput. */
const OTHER_PARTS = ['latency', 'backlog'];
const PLOTS_DIRECTORY = 'docs/benchmarks';

/** `bench run`: every contender under every load, side by side. */
export function registerRun(program: Command): void {
  const command = program.command('run', { isDefault: true }).description('all contenders, side by side');
  addCommonFlags(command, { seconds: 10, warmUp: 3 })
    .option('--rounds <n>', 'times that each case is measured', whole, 3)
    .option('--quick', 'one short round: to see that it works, not to quote')
    .option('--only <case...>', `a contender, CONTENDER/CASE, 'latency' or 'backlog'`, caseNames)
    .option('--backlog <n>', 'operations queued while the data service is down', whole, 200_000)
    .option(
      '--profile <directory>',
      'leave a V8 profile of each service there: open it in Chrome or speedscope',
    )
    .option('--pool <n>', 'connections of one-transaction-each to PostgreSQL (16)', whole)
    .option('--large [accounts]', 'also with many accounts (a million), and the memory that takes', whole)
    .action((flags: Flags) => run(flags.quick === true ? { ...flags, ...QUICK } : flags));
}

async function run(flags: Flags): Promise<void> {
  const cases = chooseCases(flags.only);
  const wants = (part: string): boolean => flags.only === undefined || flags.only.includes(part);
  const ground = {
    parentDirectory: flags.directory,
    accountCount: flags.accounts,
    businessServices: flags.business,
    profileDirectory: flags.profile,
    poolSize: flags.pool,
  };
  const report = await withSession(ground, (session) => measureAll(flags, cases, wants, session));
  const isWhole = flags.only === undefined && flags.quick !== true;
  const plots = flags.plots ?? (isWhole ? PLOTS_DIRECTORY : undefined);
  if (plots !== undefined)
    await writeReportFiles(plots, 'report', report, {
      throughput: throughputChart(report.throughput),
      processor: processorChart(report.throughput),
    });
  if (typeof flags.json === 'string') await writeFile(flags.json, `${JSON.stringify(report, null, 2)}\n`);
  print(flags.json === true ? JSON.stringify(report, null, 2) : reportText(report));
}

function chooseCases(only: readonly string[] | undefined): readonly Case[] {
  if (only === undefined) return CASES;
  return CASES.filter(({ id, contender }) => only.includes(id) || only.includes(contender));
}

/** Reads one more value of --only. */
function caseNames(name: string, before: readonly string[] = []): readonly string[] {
  if (!OTHER_PARTS.includes(name) && !CASES.some(({ id, contender }) => id === name || contender === name))
    throw new InvalidArgumentError(
      `it must be one of ${OTHER_PARTS.join(', ')}, ${CASES.map(({ id }) => id).join(', ')}`,
    );
  return [...before, name];
}

async function measureAll(
  flags: Flags,
  cases: readonly Case[],
  wants: (part: string) => boolean,
  { ground, lineUp, instruments }: Session,
): Promise<BenchReport> {
  const startedAt = new Date().toISOString();
  const machine = await describeMachine(ground.postgres.url, ground.directory);
  const settings: RoundSettings = {
    rounds: flags.rounds,
    warmUpMs: flags.warmUp * 1000,
    measuredMs: flags.seconds * 1000,
    accountCount: flags.accounts,
    seed: flags.seed,
  };
  const throughput = await measureThroughput(cases, lineUp, settings, instruments, note);
  const latency = wants('latency')
    ? await measureLatency(latencyCases(throughput), lineUp, settings, instruments, note)
    : [];
  const lastro = async (): Promise<RunningLastro> => (await lineUp.get('lastro')) as RunningLastro;
  const backlog = { operations: flags.backlog, accountCount: flags.accounts, seed: flags.seed };
  const drain = wants('backlog') ? await measureDrain(await lastro(), backlog) : undefined;
  const many = flags.large === true ? LARGE_ACCOUNTS : flags.large;
  const manyAccounts =
    many === undefined
      ? undefined
      : await measureManyAccounts(
          { few: await lastro(), ground, accountCount: many },
          settings,
          instruments,
          note,
        );
  const findings: Findings = { throughput, latency, drain, manyAccounts };
  return {
    startedAt,
    machine,
    settings: {
      rounds: flags.rounds,
      warmUpSeconds: flags.warmUp,
      measuredSeconds: flags.seconds,
      accountCount: flags.accounts,
      businessServices: flags.business,
      seed: flags.seed,
    },
    ...findings,
    targets: judge(findings),
  };
}
