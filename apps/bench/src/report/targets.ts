import type { DrainResult } from '../measure/measure-drain.ts';
import type { ManyAccountsResult } from '../measure/measure-many-accounts.ts';
import type { CaseResult } from '../measure/measure-throughput.ts';
import type { Sample } from '../measure/sample.ts';
import { median, pairedRatio } from '../statistics.ts';

/** What a run measured. */
export interface Findings {
  readonly throughput: readonly CaseResult[];
  /** On a fixed schedule (open loop), at half of the highest rate. */
  readonly latency: readonly CaseResult[];
  readonly drain?: DrainResult | undefined;
  readonly manyAccounts?: ManyAccountsResult | undefined;
}

/** A figure that was set as a goal, and how to take it from what was measured. */
interface Target {
  readonly what: string;
  readonly unit: '/s' | 'times' | 'ms' | 'MB';
  readonly atLeast: number;
  readonly aim: number;
  /** `undefined` when it was not measured in this run. */
  readonly value: (findings: Findings) => number | undefined;
}

/** A goal with what this run came to. */
export interface Judged {
  readonly what: string;
  readonly unit: Target['unit'];
  readonly atLeast: number;
  readonly aim: number;
  readonly value: number;
  readonly reached: 'aim' | 'at least' | 'no';
}

const TARGETS: readonly Target[] = [
  {
    what: 'single operations, posted',
    unit: '/s',
    atLeast: 12_000,
    aim: 20_000,
    value: rate('lastro/single'),
  },
  {
    what: '90% on one hot account, against uniform',
    unit: 'times',
    atLeast: 1,
    aim: 1,
    value: ratio('lastro/hot', 'lastro/single'),
  },
  { what: 'bulk, posted', unit: '/s', atLeast: 45_000, aim: 80_000, value: rate('lastro/bulk') },
  {
    what: 'single, against one transaction each',
    unit: 'times',
    atLeast: 2.5,
    aim: 4,
    value: ratio('lastro/single', 'one-transaction-each/single'),
  },
  {
    what: 'bulk, against one transaction each',
    unit: 'times',
    atLeast: 8,
    aim: 15,
    value: ratio('lastro/bulk', 'one-transaction-each/bulk'),
  },
  {
    what: 'bulk, of the COPY limit (batches of 1,000)',
    unit: 'times',
    atLeast: 0.7,
    aim: 0.9,
    value: ratio('lastro/bulk', 'limit-copy/1000'),
  },
  {
    what: 'bulk, of the COPY limit (batches of 5,000)',
    unit: 'times',
    atLeast: 0.7,
    aim: 0.9,
    value: ratio('lastro/bulk', 'limit-copy/5000'),
  },
  { what: 'balance reads', unit: '/s', atLeast: 20_000, aim: 30_000, value: rate('lastro/balances') },
  { what: 'accept p99 at half load', unit: 'ms', atLeast: 15, aim: 5, value: p99('lastro/accept-latency') },
  { what: 'posted p99 at half load', unit: 'ms', atLeast: 60, aim: 25, value: p99('lastro/posted-latency') },
  {
    what: 'a backlog drained',
    unit: '/s',
    atLeast: 35_000,
    aim: 50_000,
    value: ({ drain }) => drain?.perSecond,
  },
  {
    what: 'many accounts, single',
    unit: 'times',
    atLeast: 0.6,
    aim: 0.8,
    value: manyAccounts('lastro/single'),
  },
  { what: 'many accounts, bulk', unit: 'times', atLeast: 0.6, aim: 0.8, value: manyAccounts('lastro/bulk') },
  {
    what: 'memory of the largest service, many accounts',
    unit: 'MB',
    atLeast: 400,
    aim: 250,
    value: ({ manyAccounts }) =>
      manyAccounts && Math.max(...Object.values(manyAccounts.memory).map(({ mostMb }) => mostMb)),
  },
];

/** What of the goals was measured, and whether it was reached. */
export function judge(findings: Findings): Judged[] {
  return TARGETS.flatMap(({ what, unit, atLeast, aim, value: valueOf }) => {
    const value = valueOf(findings);
    return value === undefined
      ? []
      : [{ what, unit, atLeast, aim, value, reached: reached(value, atLeast, aim, unit) }];
  });
}

function reached(value: number, atLeast: number, aim: number, unit: Target['unit']): Judged['reached'] {
  const lessIsBetter = unit === 'ms' || unit === 'MB';
  const meets = (goal: number): boolean => (lessIsBetter ? value <= goal : value >= goal);
  if (meets(aim)) return 'aim';
  return meets(atLeast) ? 'at least' : 'no';
}

function samplesOf({ throughput, latency }: Findings, id: string): readonly Sample[] | undefined {
  return [...throughput, ...latency].find((result) => result.id === id)?.rounds;
}

function ratesOf(findings: Findings, id: string): number[] {
  return (samplesOf(findings, id) ?? []).map(({ perSecond }) => perSecond);
}

function rate(id: string): Target['value'] {
  return (findings) => {
    const rates = ratesOf(findings, id);
    return rates.length === 0 ? undefined : median(rates);
  };
}

function ratio(id: string, baseline: string): Target['value'] {
  return (findings) => pairedRatio(ratesOf(findings, id), ratesOf(findings, baseline))?.median;
}

function p99(id: string): Target['value'] {
  return (findings) => {
    const samples = samplesOf(findings, id);
    return samples && median(samples.map(({ latency }) => latency?.p99Ms ?? Number.NaN));
  };
}

function manyAccounts(id: string): Target['value'] {
  return ({ manyAccounts: found }) => found?.ratios[id]?.median;
}
