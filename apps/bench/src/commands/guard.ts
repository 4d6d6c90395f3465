import type { Command } from 'commander';
import { positive } from '../flags.ts';
import { CASES } from '../measure/cases.ts';
import { measureThroughput } from '../measure/measure-throughput.ts';
import { LOAD_GENERATOR } from '../measure/processor-watch.ts';
import type { Sample } from '../measure/sample.ts';
import { pairedRatio } from '../statistics.ts';
import { withSession } from '../session.ts';
import { note, print } from '../terminal.ts';

const OURS = 'lastro/bulk';
const BASELINE = 'one-transaction-each/bulk';
/** Well under what it is (docs/BENCHMARKS.md): a busy machine does not fail it, a design that lost its point does. */
const RATIO_MIN = 2.5;
const SETTINGS = { rounds: 3, warmUpMs: 1000, measuredMs: 4000, accountCount: 10_000, seed: 1 };

/** `bench guard`: for CI. Only the ratio of two figures of the same run counts, never a figure by itself. */
export function registerGuard(program: Command): void {
  program
    .command('guard')
    .description('fails when bulk posting has lost most of its lead over one transaction each')
    .option('--ratio <n>', 'least times as many operations a second', positive, RATIO_MIN)
    .option('--directory <path>', 'where to put the database and the queues', '.')
    .action(guard);
}

async function guard(flags: { readonly ratio: number; readonly directory: string }): Promise<void> {
  const ground = {
    parentDirectory: flags.directory,
    accountCount: SETTINGS.accountCount,
    businessServices: 1,
  };
  const cases = CASES.filter(({ id }) => id === OURS || id === BASELINE);
  const results = await withSession(ground, ({ lineUp, instruments }) =>
    measureThroughput(cases, lineUp, SETTINGS, instruments, note),
  );
  const [ours, baseline] = [OURS, BASELINE].map((id) => results.find((result) => result.id === id)!.rounds);
  const rate = pairedRatio(ours!.map(ratePerSecond), baseline!.map(ratePerSecond))!.median;
  const processor = pairedRatio(baseline!.map(serviceMicros), ours!.map(serviceMicros))!.median;
  // Two measures of one lead. What else runs on the machine takes its share from the first, and less from the second.
  const passed = rate >= flags.ratio || processor >= flags.ratio;
  print(
    `${passed ? 'ok' : 'FAILED'}: bulk posting is ${rate.toFixed(1)} times as fast as one transaction each, ` +
      `with ${processor.toFixed(1)} times less processor time; ${flags.ratio} is asked of one of them`,
  );
  if (!passed) process.exitCode = 1;
}

function ratePerSecond({ perSecond }: Sample): number {
  return perSecond;
}

/** Processor time of one operation in the services and PostgreSQL, without the load generator. */
function serviceMicros({ processorMicros = {} }: Sample): number {
  return Object.entries(processorMicros).reduce(
    (sum, [process, micros]) => (process === LOAD_GENERATOR ? sum : sum + micros),
    0,
  );
}
