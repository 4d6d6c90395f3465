import { describe, expect, it } from 'vitest';
import { CASES } from '../src/measure/cases.ts';
import { endAgainstFirstMillion, type GrowthPoint } from '../src/measure/measure-growth.ts';
import { latencyCases } from '../src/measure/measure-latency.ts';
import type { CaseResult } from '../src/measure/measure-throughput.ts';
import { growthCharts, processorChart, throughputChart } from '../src/report/charts.ts';
import { growthText } from '../src/report/growth-text.ts';
import type { Machine } from '../src/report/machine.ts';
import type { BenchReport } from '../src/report/report.ts';
import { reportText } from '../src/report/tables.ts';
import { judge } from '../src/report/targets.ts';
import { spread } from '../src/statistics.ts';

const machine: Machine = {
  processor: 'A Processor',
  cores: 2,
  memoryGib: 24,
  system: 'Linux',
  node: 'v20',
  postgres: '18',
  diskSyncMicros: 400,
  loadAverage: 0,
  postgresSettings: { fsync: 'on' },
};

function result(id: string, rates: readonly number[], p99Ms = 10): CaseResult {
  const [contender = ''] = id.split('/');
  const latency = { p50Ms: 1, p99Ms, p999Ms: 20, maxMs: 30 };
  const processorMicros = {
    'load generator': 10,
    'lastro-business-1': 30,
    'lastro-data': 20,
    PostgreSQL: 15,
  };
  const rounds = rates.map((perSecond) => ({ perSecond, latency, processorMicros, generatorBusy: 0.4 }));
  return {
    id,
    contender,
    says: CASES.find((known) => known.id === id)?.says ?? id,
    rounds,
    perSecond: spread(rates),
  };
}

const throughput = [
  result('lastro/single', [14_000, 15_000, 7_000]),
  result('one-transaction-each/single', [4_000, 5_000, 2_000]),
  result('lastro/bulk', [60_000, 50_000, 55_000]),
  result('one-transaction-each/bulk', [6_000, 5_000, 5_500]),
];
const latency = [result('lastro/accept-latency', [7_000], 4), result('lastro/posted-latency', [7_000], 80)];

describe('goals', () => {
  const judged = judge({ throughput, latency });
  const find = (what: string): unknown => judged.find((goal) => goal.what === what);

  it('are judged by the median of the rounds', () => {
    expect(find('single operations, posted')).toMatchObject({ value: 14_000, reached: 'at least' });
  });

  it('that are ratios are judged by the median of the ratios of the rounds', () => {
    expect(find('single, against one transaction each')).toMatchObject({ value: 3.5, reached: 'at least' });
    expect(find('bulk, against one transaction each')).toMatchObject({ value: 10, reached: 'at least' });
  });

  it('that are latencies are met from below', () => {
    expect(find('accept p99 at half load')).toMatchObject({ value: 4, reached: 'aim' });
    expect(find('posted p99 at half load')).toMatchObject({ value: 80, reached: 'no' });
  });

  it('that were not measured are not judged', () => {
    expect(find('balance reads')).toBeUndefined();
  });
});

describe('latency', () => {
  it('is measured at half of the highest rate of each', () => {
    const rates = latencyCases(throughput).map(({ id, requestsPerSecond }) => [id, requestsPerSecond]);
    expect(rates).toEqual([
      ['lastro/accept-latency', 7_000],
      ['lastro/posted-latency', 7_000],
      ['one-transaction-each/posted-latency', 2_000],
    ]);
  });
});

describe('growth', () => {
  it('compares the end with the ledger at about a million operations', () => {
    const points = [0.2, 0.8, 1.2, 5, 9, 9.5, 10].map((millions) =>
      point(millions * 1e6, millions < 0.5 ? 1 : 50_000 - millions * 1000),
    );
    expect(endAgainstFirstMillion(points)).toBeCloseTo(40_500 / 49_000, 5);
  });
});

function point(operations: number, perSecond: number): GrowthPoint {
  return { operations, perSecond, commitMs: 40, operationsPerCommit: 3000, diskBytesPerOperation: 260 };
}

describe('the report', () => {
  const settings = {
    rounds: 3,
    warmUpSeconds: 3,
    measuredSeconds: 10,
    accountCount: 10_000,
    businessServices: 2,
    seed: 1,
  };
  const report: BenchReport = {
    startedAt: '',
    machine,
    settings,
    throughput,
    latency,
    targets: judge({ throughput, latency }),
  };

  it('tells the machine, the medians and their range, and which goals are reached', () => {
    const text = reportText(report);
    expect(text).toContain('A Processor, 2 cores');
    expect(text).toMatch(/lastro .*14,000 .*7,000 to 15,000/);
    expect(text).toMatch(/posted p99 at half load .*80\.0 ms .*no/);
    expect(text).not.toContain('busy with other work');
  });

  it('warns when the machine had other work', () => {
    expect(reportText({ ...report, machine: { ...machine, loadAverage: 1.2 } })).toContain('do not quote');
  });

  it('has plots that stand alone as SVG', () => {
    const points = [point(1e6, 50_000), point(2e6, 49_000)];
    const charts = [
      throughputChart(throughput),
      processorChart(throughput),
      ...Object.values(growthCharts(points)),
    ];
    for (const chart of charts) {
      expect(chart).toMatch(/^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
      expect(chart).not.toContain('NaN');
    }
    expect(charts[0]).toContain('14,000');
    expect(growthText({ machine, points, endAgainstFirstMillion: 0.98 })).toContain('0.98 times');
  });
});
