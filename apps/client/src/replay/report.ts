import { count, plural } from '../figures.ts';
import type { WrongRow } from './row-check.ts';

/** An account that does not end with the balance of its last row. */
export interface WrongAccount {
  readonly account: string;
  readonly expectedMinor: number;
  readonly foundMinor: number;
}

/** Everything that a replay found; written as it is by `--report`. */
export interface ReplayReport {
  readonly file: string;
  readonly digest: string;
  readonly currency: string;
  readonly startedAt: string;
  readonly seconds: number;
  readonly rows: number;
  readonly exact: number;
  /** Rows that an earlier run had sent: they were not done twice. */
  readonly before: number;
  readonly rowsPerSecond: number;
  /** Requests that had to be sent again. */
  readonly sentAgain: number;
  readonly wrongRowCount: number;
  /** The first ones; `wrongRowCount` counts all. */
  readonly wrongRows: readonly WrongRow[];
  readonly accounts: number;
  readonly wrongAccounts: readonly WrongAccount[];
  /** Whether debits equal credits in the file's currency, over the whole bank. */
  readonly balanced: boolean;
}

const SHOWN_MAX = 10;

/** Whether the bank did exactly what the file says. */
export function isExact({ rows, exact, wrongAccounts, balanced }: ReplayReport): boolean {
  return exact === rows && wrongAccounts.length === 0 && balanced;
}

/** The report for people, line by line; the last line says it all. */
export function replayReportLines(report: ReplayReport): string[] {
  const { rows, exact, before, accounts, wrongRows, wrongAccounts, wrongRowCount } = report;
  const lines = [
    `${report.file}: ${plural(accounts, 'account')} in ${report.currency}, ${count(report.rowsPerSecond)} rows/s, ${report.seconds.toFixed(1)} s${
      report.sentAgain === 0 ? '' : `, ${plural(report.sentAgain, 'request')} sent again`
    }`,
  ];
  if (before > 0)
    lines.push(`${plural(before, 'row')} of an earlier run: in the bank already, and not done twice`);
  for (const { line, account, operation, expected, found } of wrongRows.slice(0, SHOWN_MAX)) {
    lines.push(
      `line ${line}, account ${account} (operation ${operation}): expected ${expected}; found ${found}`,
    );
  }
  if (wrongRowCount > SHOWN_MAX) lines.push(`and ${count(wrongRowCount - SHOWN_MAX)} more wrong rows`);
  for (const { account, expectedMinor, foundMinor } of wrongAccounts.slice(0, SHOWN_MAX)) {
    lines.push(`account ${account}: expected a final balance of ${expectedMinor}; found ${foundMinor}`);
  }
  if (wrongAccounts.length > SHOWN_MAX)
    lines.push(`and ${count(wrongAccounts.length - SHOWN_MAX)} more wrong accounts`);
  else if (wrongAccounts.length === 0)
    lines.push(`${count(accounts)} of ${count(accounts)} final balances exact`);
  if (!report.balanced) lines.push(`the trial balance in ${report.currency} does not balance`);
  return [...lines, `${count(exact)} of ${count(rows)} rows exact`];
}
