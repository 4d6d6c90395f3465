import { describe, expect, it } from 'vitest';
import { measuredFigures, plan, type Report } from '../../scripts/scale-model.ts';
import { text } from './manifests.ts';

const REPORT = JSON.parse(text('docs/benchmarks/report.json')) as Report;
const figures = {
  perSecond: 10_000,
  businessMicros: 100,
  dataMicros: 20,
  databaseMicros: 10,
  bytesPerAccount: 500,
};

describe('the model of scale', () => {
  it('computes what anyone can check by hand', () => {
    const wanted = { operationsPerDay: 360_000_000, accounts: 2_000_000, busiestHourShare: 0.1, headroom: 2 };
    expect(plan(figures, wanted)).toMatchObject({
      busiestPerSecond: 10_000,
      plannedPerSecond: 20_000,
      measuredPerDay: 864_000_000,
      dataServicePerSecond: 50_000,
      ledgers: 2,
      businessCores: 2,
      dataCores: 0.4,
      databaseCores: 0.2,
      dataMemoryGb: 1,
    });
  });

  it('takes its figures from the report of a benchmark: the processor time of all business services together', () => {
    const { singles, bulk } = measuredFigures(REPORT);
    const row = REPORT.throughput.find(({ id }) => id === 'lastro/single')!;
    expect(singles.perSecond).toBe(row.perSecond.median);
    const names = Object.keys(row.rounds[0]!.processorMicros).filter((name) =>
      name.startsWith('lastro-business'),
    );
    expect(names.length).toBeGreaterThan(1);
    for (const name of names) {
      const least = Math.min(...row.rounds.map(({ processorMicros }) => processorMicros[name]!));
      expect(singles.businessMicros).toBeGreaterThan(least);
    }
    expect(bulk.dataMicros).toBeLessThan(singles.dataMicros);
  });

  it('says which row a report lacks', () => {
    expect(() => measuredFigures({ ...REPORT, throughput: [] })).toThrow(
      'the report has no row lastro/single',
    );
  });
});
