import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WholeBank } from '../whole-bank/whole-bank.ts';
import { ALERTS, metricsIn, QUERIES } from './monitoring.ts';

/** The names of what `/metrics` of a service has, those of the parts of histograms too. */
async function metricsOf(url: string): Promise<string[]> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].flatMap(([, name, type]) =>
    type === 'histogram' ? [`${name}_bucket`, `${name}_count`, `${name}_sum`] : [name!],
  );
}

describe('what is watched', () => {
  let bank: WholeBank;
  let metrics: Set<string>;

  beforeAll(async () => {
    bank = await WholeBank.start();
    metrics = new Set([...(await metricsOf(bank.url)), ...(await metricsOf(bank.dataUrl))]);
  });
  afterAll(() => bank.stop());

  it.each(QUERIES.map(({ title, expr }) => [title, expr] as const))(
    'is there: the dashboard, %s: %s',
    (_title, expr) => {
      expect(metricsIn(expr).filter((name) => !metrics.has(name))).toEqual([]);
      expect(metricsIn(expr)).not.toEqual([]);
    },
  );

  it.each(ALERTS.map(({ alert, expr }) => [alert, expr] as const))('is there: %s', (_alert, expr) => {
    expect(metricsIn(expr).filter((name) => !metrics.has(name))).toEqual([]);
  });
});
