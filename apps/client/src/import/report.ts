import { count, plural } from '../figures.ts';
import type { ImportKind } from './columns.ts';
import type { FailedLine } from './failed-lines.ts';

/** Everything that an import did. */
export interface ImportReport {
  readonly file: string;
  readonly kind: ImportKind;
  readonly digest: string;
  readonly dryRun: boolean;
  readonly startedAt: string;
  readonly seconds: number;
  readonly rows: number;
  /** Rows that ask for nothing that the bank could do. */
  readonly bad: number;
  /** Whether the good rows were sent: not in a dry run, and not when others are bad, unless that was asked for. */
  readonly sent: boolean;
  /** Rows that the bank has tried, in a dry run; of the others only the accounts were looked for. */
  readonly tried: number;
  readonly posted: number;
  /** Of those posted: by an earlier run, and not again. */
  readonly before: number;
  /** By reason; in a dry run what would be rejected. */
  readonly rejected: Readonly<Record<string, number>>;
  /** The bank did not take them: by the code of the problem. */
  readonly refused: Readonly<Record<string, number>>;
  readonly failed: number;
  /** The first ones; `failed` counts all. */
  readonly failedLines: readonly FailedLine[];
  /** Where all of them are. */
  readonly failedLinesFile?: string | undefined;
  readonly rowsPerSecond: number;
  /** Requests that had to be sent again. */
  readonly sentAgain: number;
}

/** The report for people, line by line; the last line says it all. */
export function importReportLines(report: ImportReport): string[] {
  const { file, kind, rows, sentAgain } = report;
  const speed = `${count(report.rowsPerSecond)} rows/s, ${report.seconds.toFixed(1)} s`;
  const again = sentAgain === 0 ? '' : `, ${plural(sentAgain, 'request')} sent again`;
  return [
    `${file}: ${plural(rows, 'row')} of ${kind}, ${speed}${again}`,
    ...outcomeLines(report),
    ...failedLinesText(report),
    conclusion(report),
  ];
}

function outcomeLines({ dryRun, rows, bad, before, tried, rejected, refused }: ImportReport): string[] {
  const lines: string[] = [];
  if (before > 0)
    lines.push(`${plural(before, 'row')} of an earlier run: in the bank already, and not done twice`);
  if (bad > 0) lines.push(`${plural(bad, 'bad row')}`);
  if (dryRun && tried < rows - bad)
    lines.push(
      `the first ${count(tried)} were tried by the bank; of the others the accounts were looked for`,
    );
  return [
    ...lines,
    ...tally(dryRun ? 'would be rejected' : 'rejected', rejected),
    ...tally('refused', refused),
  ];
}

function failedLinesText({ failed, failedLines, failedLinesFile }: ImportReport): string[] {
  const lines = failedLines.map(
    ({ line, id, reason }) => `line ${line}${id === '' ? '' : ` (${id})`}: ${reason}`,
  );
  const more = failed - failedLines.length;
  if (failed > 0 && failedLinesFile !== undefined) lines.push(`all of them are in ${failedLinesFile}`);
  else if (more > 0) lines.push(`and ${count(more)} more: --report FILE writes all of them`);
  return lines;
}

function conclusion({ dryRun, sent, rows, posted, failed }: ImportReport): string {
  if (dryRun && failed === 0) return `✓ ${plural(rows, 'row')} can be imported; nothing was posted`;
  if (dryRun) return `${count(failed)} of ${plural(rows, 'row')} cannot be imported; nothing was posted`;
  if (!sent) return `nothing was sent: mend the bad rows, or import the others with --skip-bad`;
  return `${failed === 0 ? '✓ ' : ''}${count(posted)} of ${plural(rows, 'row')} in the bank`;
}

function tally(what: string, byReason: Readonly<Record<string, number>>): string[] {
  const parts = Object.entries(byReason).map(([reason, number]) => `${count(number)} ${reason}`);
  return parts.length === 0 ? [] : [`${what}: ${parts.join(', ')}`];
}
