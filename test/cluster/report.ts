import type { ReadCounts } from '../faults/check/check-reads.ts';
import type { Violation } from '../faults/check/violations.ts';

/** One fault, and how long the bank took to get over it. */
export interface FaultReport {
  readonly kind: string;
  readonly target: string;
  /** The longest time without a commit, from the fault until all was whole again. */
  readonly commitStallMs: number;
  /** The longest time without an acknowledgement to any client, in the same time. */
  readonly acknowledgementStallMs: number;
  /** From the end of the fault until every host was whole again. */
  readonly wholeAfterMs: number;
}

/** What a run came to. */
export interface ClusterReport {
  readonly seed: number;
  readonly seconds: number;
  readonly startedInSeconds: number;
  readonly clients: number;
  readonly faults: readonly FaultReport[];
  readonly acknowledged: number;
  readonly posted: number;
  readonly rejected: number;
  readonly batches: number;
  readonly lost: number;
  readonly doubled: number;
  readonly reads: ReadCounts;
  readonly violationCount: number;
  readonly violations: readonly Violation[];
  /** Kept when something was violated. */
  readonly directory: string | undefined;
}

const SHOWN_MAX = 20;

/** The report for people. */
export function clusterReportText(report: ClusterReport): string {
  const { faults, reads } = report;
  const lines = [
    `${faults.length} faults in ${report.seconds} s, seed ${report.seed}: PostgreSQL on 3 hosts, 2 data services, 2 business services, ` +
      `${report.clients} clients; built in ${report.startedInSeconds} s`,
    `${'fault'.padEnd(44)}${'on'.padEnd(28)}no commit  no answer  whole again after`,
    ...faults.map(
      ({ kind, target, commitStallMs, acknowledgementStallMs, wholeAfterMs }) =>
        `${kind.padEnd(44)}${target.padEnd(28)}${seconds(commitStallMs)}  ${seconds(acknowledgementStallMs)}  ${seconds(wholeAfterMs)}`,
    ),
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
    row('violations', report.violationCount),
    ...report.violations.slice(0, SHOWN_MAX).map(({ kind, what }) => `  ${kind}: ${what}`),
    ...(report.directory === undefined ? [] : [`everything is kept in ${report.directory}`]),
  ];
  return lines.join('\n');
}

function seconds(timeMs: number): string {
  return `${(timeMs / 1000).toFixed(1)} s`.padStart(9);
}

function row(name: string, value: number, note = ''): string {
  return `${name.padEnd(18)}${String(value).padStart(10)}  ${note}`.trimEnd();
}
