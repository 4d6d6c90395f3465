import { count, plural } from '../figures.ts';
import type { Check, Discrepancy } from './discrepancies.ts';
import type { LatencySummary } from './latency.ts';
import type { SimulationSettings } from './settings.ts';

/** Everything that a simulation found; written as it is by `--report`. */
export interface SimulationReport {
  readonly run: string;
  readonly startedAt: string;
  /** Without the key. */
  readonly settings: Omit<SimulationSettings, 'key'>;
  readonly load: {
    readonly seconds: number;
    readonly sent: number;
    /** Due by the rate that was asked for, and not sent: the bank, or this client, did not keep up. */
    readonly overdue: number;
    readonly acknowledged: number;
    readonly acknowledgedPerSecond: number;
    /** No server answered in time; sent again after the load. */
    readonly unknown: number;
    readonly refused: number;
    /** Requests that had to be sent again. */
    readonly failovers: number;
  };
  readonly results: {
    readonly posted: number;
    readonly rejected: number;
    readonly rejectedByReason: Readonly<Record<string, number>>;
    /** From the first entry posted to the last, by the clock of the ledger. */
    readonly postingSeconds: number;
    /** Posted or rejected, in that time. */
    readonly resultsPerSecond: number;
  };
  readonly latency: {
    readonly accept: LatencySummary & { readonly measured: string };
    readonly posted: LatencySummary & { readonly measured: string; readonly skipped: number };
  };
  readonly checked: {
    readonly operations: number;
    readonly balancesAfterEntries: number;
    readonly accounts: number;
    readonly sentAgain: number;
    readonly seconds: number;
  };
  readonly checks: readonly {
    readonly check: Check;
    readonly says: string;
    readonly discrepancies: number;
  }[];
  readonly discrepancyCount: number;
  /** The first ones; `discrepancyCount` counts all. */
  readonly discrepancies: readonly Discrepancy[];
}

const SHOWN_MAX = 20;

/** The report for people, line by line. */
export function reportLines(report: SimulationReport): string[] {
  const { load, results, latency, checked, settings } = report;
  const lines = [
    `Simulation ${report.run}  ${plural(settings.servers.length, 'server')}, ${plural(settings.clients, 'client')}, ${plural(settings.accounts, 'account')}, seed ${settings.seed}`,
    '',
    `  sent       ${count(load.sent)} in ${load.seconds.toFixed(1)} s`,
    `  accepted   ${count(load.acknowledged)}, ${count(load.acknowledgedPerSecond)}/s; ${count(load.failovers)} sent again, ${count(load.unknown)} with unknown outcome`,
    `  posted     ${count(results.posted)}, rejected ${count(results.rejected)}${reasons(results.rejectedByReason)}; ${count(results.resultsPerSecond)} results/s`,
  ];
  if (load.overdue > 0)
    lines.push(`  overdue    ${count(load.overdue)} were due at this rate and not sent: it was not kept up`);
  lines.push('', `  latency, ms       p50       p90       p99     p99.9       max`);
  lines.push(latencyLine('accepted', latency.accept), latencyLine('posted', latency.posted));
  lines.push(`  accepted: ${latency.accept.measured}`, `  posted: ${latency.posted.measured}`, '');
  lines.push(
    `Checked ${count(checked.operations)} operations, ${count(checked.balancesAfterEntries)} balances after entries, ${count(checked.accounts)} accounts, ${count(checked.sentAgain)} sent again, in ${checked.seconds.toFixed(1)} s`,
  );
  for (const { says, discrepancies } of report.checks) {
    lines.push(discrepancies === 0 ? `  ok   ${says}` : `  OFF  ${says}: ${count(discrepancies)} not so`);
  }
  return [...lines, '', ...verdict(report)];
}

function verdict({ discrepancyCount, discrepancies }: SimulationReport): string[] {
  if (discrepancyCount === 0) return ['No discrepancy.'];
  const lines = [`${plural(discrepancyCount, 'discrepancy', 'discrepancies')}:`];
  for (const discrepancy of discrepancies.slice(0, SHOWN_MAX))
    lines.push(`  ${discrepancyLine(discrepancy)}`);
  if (discrepancyCount > SHOWN_MAX) lines.push(`  and ${count(discrepancyCount - SHOWN_MAX)} more`);
  return lines;
}

/** What is off, in words. */
export function discrepancyLine(discrepancy: Discrepancy): string {
  const { check, operation, account, sequence, expected, found } = discrepancy;
  const where = [operation, account, sequence === undefined ? undefined : `at ${sequence}`]
    .filter(Boolean)
    .join(' ');
  return `${check}: ${where}${where === '' ? '' : ': '}expected ${expected}, found ${found}`;
}

function latencyLine(name: string, summary: LatencySummary): string {
  const { p50Ms, p90Ms, p99Ms, p999Ms, maxMs } = summary;
  return `  ${name.padEnd(10)}${[p50Ms, p90Ms, p99Ms, p999Ms, maxMs].map((ms) => ms.toFixed(1).padStart(10)).join('')}`;
}

function reasons(byReason: Readonly<Record<string, number>>): string {
  const parts = Object.entries(byReason).map(([reason, number]) => `${reason} ${count(number)}`);
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}
