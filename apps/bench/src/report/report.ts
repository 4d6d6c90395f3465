import type { Machine } from './machine.ts';
import type { Findings, Judged } from './targets.ts';

/** Everything that a run found: what `--json` writes. */
export interface BenchReport extends Findings {
  readonly startedAt: string;
  readonly machine: Machine;
  readonly settings: {
    readonly rounds: number;
    readonly warmUpSeconds: number;
    readonly measuredSeconds: number;
    readonly accountCount: number;
    readonly businessServices: number;
    readonly seed: number;
  };
  readonly targets: readonly Judged[];
}
