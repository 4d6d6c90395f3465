import type { ReadCounts } from './check/check-reads.ts';
import type { Violation } from './check/violations.ts';
import type { SkippedFault } from './faults/fault.ts';

/** What a run came to. */
export interface Report {
  readonly seed: number;
  readonly seconds: number;
  readonly clients: number;
  readonly dataServices: number;
  readonly businessServices: number;
  /** How often each kind struck. */
  readonly faults: Readonly<Record<string, number>>;
  readonly skipped: readonly SkippedFault[];
  /** Operations that a client was told of, each once. */
  readonly acknowledged: number;
  readonly posted: number;
  readonly rejected: number;
  readonly batches: number;
  readonly lost: number;
  readonly doubled: number;
  readonly reads: ReadCounts;
  readonly longestStallMs: number;
  /** The faults that were in force in it. */
  readonly longestStallDuring: readonly string[];
  /** From the end of the faults until every queue was empty. */
  readonly drainedAfterMs: number;
  /** Processes that ended, where a fault was the reason, without having been killed. */
  readonly endedByThemselves: number;
  readonly violationCount: number;
  /** The first ones, in words. */
  readonly violations: readonly Violation[];
  /** Kept when something was violated. */
  readonly directory: string | undefined;
}

/** The report for people. */
export function reportText(report: Report): string {
  const { faults, reads } = report;
  const count = Object.values(faults).reduce((sum, times) => sum + times, 0);
  const lines = [
    `${count} faults in ${report.seconds} s, seed ${report.seed}, ${report.clients} clients, ${report.businessServices} business services, ` +
      `${report.dataServices} data services at once`,
    ...Object.entries(faults).map(([kind, times]) => `${String(times).padStart(8)}  ${kind}`),
    ...report.skipped.map(({ kind, why }) => ` skipped  ${kind}: ${why}`),
    '',
    row(
      'acknowledged',
      report.acknowledged,
      `(${report.posted} posted, ${report.rejected} rejected, in ${report.batches} batches)`,
    ),
    row('lost', report.lost),
    row('doubled', report.doubled),
    row('totals read', reads.totals, 'of a closed set of accounts, each in one snapshot'),
    row('own writes read', reads.balances + reads.operations, 'through the same service and another'),
    row('trial balances', reads.trialBalances),
    row(
      'longest stall',
      `${(report.longestStallMs / 1000).toFixed(1)} s`,
      `without any acknowledgement, during ${report.longestStallDuring.join(', ') || 'no fault'}`,
    ),
    row('drained after', `${(report.drainedAfterMs / 1000).toFixed(1)} s`),
    ...(report.endedByThemselves > 0
      ? [row('ended by itself', report.endedByThemselves, 'times, a process whose disk was full')]
      : []),
    row('violations', report.violationCount),
    ...shownOf(report.violations),
    ...(report.directory === undefined ? [] : [`everything is kept in ${report.directory}`]),
  ];
  return lines.join('\n');
}

const SHOWN_MAX = 6;

/** The first ones of each kind, so that none hides behind another. */
function shownOf(violations: readonly Violation[]): string[] {
  const kinds = [...new Set(violations.map(({ kind }) => kind))];
  return kinds.flatMap((kind) => {
    const all = violations.filter((violation) => violation.kind === kind);
    const more = all.length > SHOWN_MAX ? [`  ${kind}: and more`] : [];
    return [...all.slice(0, SHOWN_MAX).map(({ what }) => `  ${kind}: ${what}`), ...more];
  });
}

function row(name: string, value: number | string, note = ''): string {
  return `${name.padEnd(18)}${String(value).padStart(10)}  ${note}`.trimEnd();
}
