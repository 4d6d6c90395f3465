import type { Mutation } from './mutations/mutation.ts';
import { runSeed, type SeedReport } from './run-seed.ts';
import { Coverage } from './world/faults.ts';

/** What a range of seeds came to. */
export interface SeedsReport {
  readonly seeds: number;
  readonly events: number;
  readonly operations: number;
  readonly acknowledged: number;
  readonly simulatedMs: number;
  readonly coverage: Coverage;
  readonly failed: readonly SeedReport[];
}

/** Runs `count` seeds from `from` on; stops early after `failuresMax` that fail. */
export async function runSeeds(
  from: number,
  count: number,
  options: {
    readonly failuresMax?: number;
    readonly onSeed?: (report: SeedReport) => void;
    readonly mutation?: Mutation;
  } = {},
): Promise<SeedsReport> {
  const { failuresMax = Infinity, onSeed, mutation } = options;
  const coverage = new Coverage();
  const failed: SeedReport[] = [];
  const sums = { seeds: 0, events: 0, operations: 0, acknowledged: 0, simulatedMs: 0 };
  for (let seed = from; seed < from + count && failed.length < failuresMax; seed += 1) {
    const report = await runSeed(seed, { mutation });
    onSeed?.(report);
    coverage.add(report.coverage);
    if (report.problems.length > 0) failed.push(report);
    sums.seeds += 1;
    for (const sum of ['events', 'operations', 'acknowledged', 'simulatedMs'] as const)
      sums[sum] += report[sum];
  }
  return { ...sums, coverage, failed };
}

/** How somebody sees a failing seed again, with everything that happened. */
export function replayCommand(seed: number, mutation?: Mutation): string {
  const mutated = mutation === undefined ? '' : ` --mutation ${mutation.name}`;
  return `npm run test:simulation -- --seeds 1 --from ${seed}${mutated} --trace`;
}

/** A failing seed, for people: what does not hold, what happened last, and the command that replays it. */
export function describeFailure(report: SeedReport, mutation?: Mutation): string {
  const shown = report.problems.slice(0, PROBLEMS_SHOWN).map((problem) => `  ${problem}`);
  const more = report.problems.length - shown.length;
  return [
    `seed ${report.seed} fails:`,
    ...shown,
    ...(more > 0 ? [`  and ${more} more`] : []),
    'what happened last:',
    ...report.notes.slice(-NOTES_SHOWN).map((note) => `  ${note}`),
    `replay: ${replayCommand(report.seed, mutation)}`,
  ].join('\n');
}

const PROBLEMS_SHOWN = 8;
const NOTES_SHOWN = 25;
