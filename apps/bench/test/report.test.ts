import { describe, expect, it } from 'vitest';
import { CASES } from '../src/measure/cases.ts';
import type { GrowthPoint } from '../src/measure/growing-bank.ts';
import { type BackgroundWork, waitUntilIdle } from '../src/measure/idle-bank.ts';
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

const processorMicros = { 'load generator': 5, 'lastro-business-1': 12, 'lastro-data': 8, PostgreSQL: 15 };

function growthPoint(operations: number, perSecond: number, postgresMicros = 15): GrowthPoint {
  return {
    operations,
    perSecond,
    commitMs: 40,
    operationsPerCommit: 3000,
    diskBytesPerOperation: 260,
    processorMicros: { ...processorMicros, PostgreSQL: postgresMicros },
  };
}

describe('growth', () => {
  const points = [growthPoint(1e6, 50_000), growthPoint(2e6, 49_000)];
  // In the second round the machine is half as fast, for both.
  const rounds = [
    { large: growthPoint(2e6, 45_000, 18), small: growthPoint(1e6, 50_000) },
    { large: growthPoint(2.1e6, 24_500, 20), small: growthPoint(1.1e6, 25_000) },
    { large: growthPoint(2.2e6, 48_000, 19), small: growthPoint(1.2e6, 50_000) },
  ];
  const endAgainstFirstMillion = { median: 0.96, min: 0.9, max: 0.98 };
  const text = growthText({ machine, points, rounds, endAgainstFirstMillion });

  it('is told as the ratio of the large ledger to the small one, with its range', () => {
    expect(text).toContain('Throughput at 2,100,000 operations is 0.96 times that at 1,100,000');
    expect(text).toContain("median of 3 rounds' ratios, 0.90 to 0.98");
  });

  it('tells what each process takes, and which of them takes more', () => {
    expect(text).toMatch(/PostgreSQL +│ +19\.0 │ +15\.0 │ +1\.27/);
    expect(text).toMatch(/lastro-data +│ +8\.0 │ +8\.0 │ +1\.00/);
    expect(text).toMatch(/all +│ +44\.0 │ +40\.0 │ +1\.10/);
  });

  it('tells no processor time where the system has none to tell', () => {
    const without = { ...growthPoint(1e6, 50_000), processorMicros: undefined };
    const bare = growthText({
      machine,
      points: [without],
      rounds: [{ large: without, small: without }],
      endAgainstFirstMillion,
    });
    expect(bare).not.toContain('PostgreSQL  ');
    expect(bare).toContain('0.96 times');
  });
});

describe('a bank at rest', () => {
  it('has nothing left to make searchable and no vacuum under way, and nor has the other', async () => {
    const busy: (readonly BackgroundWork[])[] = [
      [
        { unfed: 10, vacuums: 0 },
        { unfed: 0, vacuums: 0 },
      ],
      [
        { unfed: 0, vacuums: 0 },
        { unfed: 0, vacuums: 1 },
      ],
    ];
    const idle = { unfed: 0, vacuums: 0 };
    let looks = 0;
    await waitUntilIdle(
      () => Promise.resolve(busy[looks++] ?? [idle, idle]),
      () => undefined,
      { pollMs: 1, deadlineMs: 60_000 },
    );
    expect(looks).toBe(3);
  });

  it('is not waited for without end', async () => {
    const waiting = waitUntilIdle(
      () => Promise.resolve([{ unfed: 7, vacuums: 0 }]),
      () => undefined,
      { pollMs: 1, deadlineMs: 0 },
    );
    await expect(waiting).rejects.toThrow('7 operations to be made searchable');
  });
});

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
    const points = [growthPoint(1e6, 50_000), growthPoint(2e6, 49_000)];
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
  });
});
