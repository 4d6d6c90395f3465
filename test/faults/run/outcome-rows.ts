import type { Violation } from '../check/violations.ts';
import type { Outcome } from './outcome.ts';

/** Of each kind. */
const SHOWN_MAX = 6;

/** What clients were told and what became of it, for people. */
export function outcomeRows({
  acknowledged,
  posted,
  rejected,
  batches,
  lost,
  doubled,
  reads,
}: Outcome): string[] {
  return [
    row('acknowledged', acknowledged, `(${posted} posted, ${rejected} rejected, in ${batches} batches)`),
    row('lost', lost),
    row('doubled', doubled),
    row('totals read', reads.totals, 'of a closed set of accounts, each in one snapshot'),
    row('own writes read', reads.balances + reads.operations, 'through the same service and another'),
    row('trial balances', reads.trialBalances),
  ];
}

/** What is wrong, for people, and where to look. */
export function violationRows({ violationCount, violations, directory }: Outcome): string[] {
  return [
    row('violations', violationCount),
    ...shownOf(violations),
    ...(directory === undefined ? [] : [`everything is kept in ${directory}`]),
  ];
}

export function row(name: string, value: number | string, note = ''): string {
  return `${name.padEnd(18)}${String(value).padStart(10)}  ${note}`.trimEnd();
}

/** The first ones of each kind, so that none hides behind another. */
function shownOf(violations: readonly Violation[]): string[] {
  const kinds = [...new Set(violations.map(({ kind }) => kind))];
  return kinds.flatMap((kind) => {
    const all = violations.filter((violation) => violation.kind === kind);
    const more = all.length > SHOWN_MAX ? [`  ${kind}: and more`] : [];
    return [...all.slice(0, SHOWN_MAX).map(({ what }) => `  ${kind}: ${what}`), ...more];
  });
}
