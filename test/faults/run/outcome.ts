import type { ReadCounts } from '../check/check-reads.ts';
import type { Checked } from '../check/check-run.ts';
import type { LedgerTables } from '../check/ledger-view.ts';
import type { Violation, Violations } from '../check/violations.ts';

/** What any run came to, whatever was hurt in it. */
export interface Outcome {
  /** Operations that a client was told of, each once. */
  readonly acknowledged: number;
  readonly posted: number;
  readonly rejected: number;
  readonly batches: number;
  readonly lost: number;
  readonly doubled: number;
  readonly reads: ReadCounts;
  readonly violationCount: number;
  /** The first ones, in words. */
  readonly violations: readonly Violation[];
  /** Kept when something was violated. */
  readonly directory: string | undefined;
}

export function outcomeOf(
  { acknowledged, reads, tables }: Checked & { readonly tables: LedgerTables },
  violations: Violations,
): Outcome {
  const rejected = tables.rows.filter(({ reason }) => reason !== undefined).length;
  return {
    acknowledged,
    posted: tables.rows.length - rejected,
    rejected,
    batches: tables.batches.length,
    lost: violations.count('lost'),
    doubled: violations.count('doubled'),
    reads,
    violationCount: violations.total,
    violations: violations.list,
    directory: undefined,
  };
}
