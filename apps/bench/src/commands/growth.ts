import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { addCommonFlags, type CommonFlags, whole } from '../flags.ts';
import { startGrowingBank } from '../measure/growing-bank.ts';
import { compareSizes, fillLedger, type GrowthResult } from '../measure/measure-growth.ts';
import { growthCharts } from '../report/charts.ts';
import { describeMachine } from '../report/machine.ts';
import { growthText } from '../report/growth-text.ts';
import { writeReportFiles } from '../report/write-files.ts';
import { type MainSession, withSession } from '../session.ts';
import { note, print } from '../terminal.ts';

interface Flags extends CommonFlags {
  readonly operations: number;
  readonly rounds: number;
}

/** The size that a larger ledger is compared with. */
const SMALL_OPERATIONS = 1_000_000;
/** Few: so both banks forget a result for each new one, and neither is still filling its memory with them. */
const RESULTS_KEPT_MAX = 100_000;

/** `bench growth`: whether the ledger gets slower as it grows. */
export function registerGrowth(program: Command): void {
  const command = program
    .command('growth')
    .description('fills a ledger, and measures it beside a fresh one of a million operations')
    .addHelpText(
      'after',
      `
The large ledger is filled, with a point of the curve for every --seconds. Then a fresh bank with a PostgreSQL of its own gets a
million operations (or --operations, if that is less), and the two are measured in alternating rounds of --seconds each. Before
each round both come to rest, which takes some minutes at first: a large ledger has much to make searchable.`,
    );
  addCommonFlags(command, { seconds: 5, warmUp: 1 })
    .option('--operations <n>', 'size of the large ledger', whole, 2_000_000)
    .option('--rounds <n>', 'times that the large and the small ledger are measured, in turns', whole, 5)
    .action(growth);
}

async function growth(flags: Flags): Promise<void> {
  const ground = {
    parentDirectory: flags.directory,
    accountCount: flags.accounts,
    businessServices: flags.business,
    businessSettings: { LASTRO_RESULTS_KEPT_MAX: String(RESULTS_KEPT_MAX) },
  };
  const report = await withSession(ground, async (session) => {
    const startedAt = new Date().toISOString();
    const machine = await describeMachine(session.ground.postgres.url, session.ground.directory);
    const settings = {
      rounds: flags.rounds,
      warmUpSeconds: flags.warmUp,
      measuredSeconds: flags.seconds,
      accountCount: flags.accounts,
      businessServices: flags.business,
      businessSettings: ground.businessSettings,
      seed: flags.seed,
    };
    return { startedAt, machine, settings, ...(await measure(flags, session)) };
  });
  if (flags.plots !== undefined)
    await writeReportFiles(flags.plots, 'growth', report, growthCharts(report.points));
  if (typeof flags.json === 'string') await writeFile(flags.json, `${JSON.stringify(report, null, 2)}\n`);
  print(flags.json === true ? JSON.stringify(report, null, 2) : growthText(report));
}

async function measure(flags: Flags, session: MainSession): Promise<GrowthResult> {
  const settings = {
    rounds: flags.rounds,
    warmUpMs: flags.warmUp * 1000,
    measuredMs: flags.seconds * 1000,
    accountCount: flags.accounts,
    seed: flags.seed,
  };
  const large = await startGrowingBank(session);
  const points = await fillLedger(large, flags.operations, settings, note);
  const small = await startGrowingBank(await session.startBeside());
  note('the large ledger is filled; now the small one');
  await fillLedger(small, Math.min(SMALL_OPERATIONS, flags.operations), settings, note);
  return { points, ...(await compareSizes({ large, small }, settings, note)) };
}
