import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { RunningLastro } from '../contenders/lastro/lastro.ts';
import { addCommonFlags, type CommonFlags, whole } from '../flags.ts';
import { measureGrowth } from '../measure/measure-growth.ts';
import { growthCharts } from '../report/charts.ts';
import { describeMachine } from '../report/machine.ts';
import { growthText } from '../report/growth-text.ts';
import { writeReportFiles } from '../report/write-files.ts';
import { withSession } from '../session.ts';
import { note, print } from '../terminal.ts';

interface Flags extends CommonFlags {
  readonly operations: number;
}

/** `bench growth`: whether the ledger gets slower as it grows. */
export function registerGrowth(program: Command): void {
  const command = program
    .command('growth')
    .description('fills the ledger; throughput, commits and disk against its size');
  addCommonFlags(command, { seconds: 5, warmUp: 1 })
    .option('--operations <n>', 'size of the ledger to reach', whole, 2_000_000)
    .action(growth);
}

async function growth(flags: Flags): Promise<void> {
  const ground = {
    parentDirectory: flags.directory,
    accountCount: flags.accounts,
    businessServices: flags.business,
  };
  const report = await withSession(ground, async ({ ground: running, lineUp, instruments }) => {
    const startedAt = new Date().toISOString();
    const machine = await describeMachine(running.postgres.url, running.directory);
    const lastro = (await lineUp.get('lastro')) as RunningLastro;
    const settings = {
      warmUpMs: flags.warmUp * 1000,
      measuredMs: flags.seconds * 1000,
      accountCount: flags.accounts,
      seed: flags.seed,
    };
    // Checkpoints come when PostgreSQL wants them: they are part of what growing costs.
    const unsettled = { ...instruments, settlePostgres: () => Promise.resolve() };
    const result = await measureGrowth(
      { lastro, database: running.openDatabase(lastro.databaseUrl) },
      flags.operations,
      settings,
      unsettled,
      note,
    );
    return { startedAt, machine, accountCount: flags.accounts, businessServices: flags.business, ...result };
  });
  if (flags.plots !== undefined)
    await writeReportFiles(flags.plots, 'growth', report, growthCharts(report.points));
  if (typeof flags.json === 'string') await writeFile(flags.json, `${JSON.stringify(report, null, 2)}\n`);
  print(flags.json === true ? JSON.stringify(report, null, 2) : growthText(report));
}
