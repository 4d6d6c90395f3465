import type { SkippedFault } from './faults/fault.ts';
import type { Outcome } from './run/outcome.ts';
import { outcomeRows, row, violationRows } from './run/outcome-rows.ts';

/** What a run came to. */
export interface Report extends Outcome {
  readonly seed: number;
  readonly seconds: number;
  readonly clients: number;
  readonly dataServices: number;
  readonly businessServices: number;
  /** How often each kind struck. */
  readonly faults: Readonly<Record<string, number>>;
  readonly skipped: readonly SkippedFault[];
  readonly longestStallMs: number;
  /** The faults that were in force in it. */
  readonly longestStallDuring: readonly string[];
  /** From the end of the faults until every queue was empty. */
  readonly drainedAfterMs: number;
  /** Processes that ended, where a fault was the reason, without having been killed. */
  readonly endedByThemselves: number;
}

/** The report for people. */
export function reportText(report: Report): string {
  const { faults } = report;
  const count = Object.values(faults).reduce((sum, times) => sum + times, 0);
  const lines = [
    `${count} faults in ${report.seconds} s, seed ${report.seed}, ${report.clients} clients, ${report.businessServices} business services, ` +
      `${report.dataServices} data services at once`,
    ...Object.entries(faults).map(([kind, times]) => `${String(times).padStart(8)}  ${kind}`),
    ...report.skipped.map(({ kind, why }) => ` skipped  ${kind}: ${why}`),
    '',
    ...outcomeRows(report),
    row(
      'longest stall',
      `${(report.longestStallMs / 1000).toFixed(1)} s`,
      `without any acknowledgement, during ${report.longestStallDuring.join(', ') || 'no fault'}`,
    ),
    row('drained after', `${(report.drainedAfterMs / 1000).toFixed(1)} s`),
    ...(report.endedByThemselves > 0
      ? [row('ended by itself', report.endedByThemselves, 'times, a process whose disk was full')]
      : []),
    ...violationRows(report),
  ];
  return lines.join('\n');
}
