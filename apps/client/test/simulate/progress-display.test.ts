import { describe, expect, it } from 'vitest';
import {
  JsonLinesDisplay,
  LiveDisplay,
  SIMULATION_DEFAULTS,
  type SimulationProgress,
} from '../../src/index.ts';
import { Latency } from '../../src/simulate/latency.ts';

const START: SimulationProgress = {
  phase: 'load',
  elapsedMs: 0,
  sent: 0,
  accepted: 0,
  results: 0,
  watched: 0,
  watchedRejected: 0,
  failovers: 0,
  unknown: 0,
};
const after = (seconds: number, change: Partial<SimulationProgress> = {}): SimulationProgress => ({
  ...START,
  elapsedMs: seconds * 1000,
  sent: 1_000 * seconds,
  accepted: 1_000 * seconds,
  results: 900 * seconds,
  ...change,
});

describe('progress as JSON lines', () => {
  it('is one line a second and one for each new phase, with rates over the last second', () => {
    const lines: string[] = [];
    const display = new JsonLinesDisplay((line) => lines.push(line));
    for (const tenth of Array.from({ length: 26 }, (_, index) => index)) display.progress(after(tenth / 10));
    display.progress(after(2.6, { phase: 'checking', elapsedMs: 0 }));
    const told = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(told.map(({ phase, elapsedSeconds }) => [phase, elapsedSeconds])).toEqual([
      ['load', 0],
      ['load', 1],
      ['load', 2],
      ['checking', 0],
    ]);
    expect(told[2]).toMatchObject({
      event: 'progress',
      acceptedPerSecond: 1_000,
      resultsPerSecond: 900,
      accepted: 2_000,
      queue: 200,
    });
    expect(told[3]).toMatchObject({ acceptedPerSecond: 0 });
  });
});

describe('the live display', () => {
  const SETTINGS = { ...SIMULATION_DEFAULTS, servers: [], key: '', seed: 1, durationMs: 10_000 };

  it('paints over its own lines, within the width of the screen', () => {
    const written: string[] = [];
    const display = new LiveDisplay({ columns: 40, write: (text) => written.push(text) }, SETTINGS);
    display.progress(START);
    display.progress(after(5, { watched: 10, watchedRejected: 1, failovers: 2, unknown: 3 }));
    display.clear();
    expect(written[0]!.startsWith('\u001b[2Ksending  ░')).toBe(true);
    expect(written[1]!.startsWith('\u001b[3A\r\u001b[2Ksending  ████████████░░░░░░░░░░░░ 5.0')).toBe(true);
    // eslint-disable-next-line no-control-regex
    for (const line of written[1]!.replaceAll(/\u001b\[\d*[A-Z]/g, '').split('\n'))
      expect(line.length).toBeLessThan(41);
    expect(written[2]).toBe('\u001b[3A\r\u001b[0J');
  });

  it('tells what is in doubt and what share is rejected', () => {
    let text = '';
    const display = new LiveDisplay({ columns: 0, write: (painted) => (text = painted) }, SETTINGS);
    display.progress(after(1, { watched: 10, watchedRejected: 1, failovers: 2, unknown: 3 }));
    expect(text).toContain('sent again 2   in doubt 3');
    expect(text).toContain('queue 100   rejected 10.0 %');
  });
});

describe('latencies', () => {
  it('are kept to three digits, from a microsecond to hours', () => {
    const latency = new Latency();
    for (let ms = 1; ms <= 1_000; ms += 1) latency.record(ms);
    latency.record(7_200_000);
    const { count, p50Ms, p99Ms, maxMs } = latency.summary();
    expect(count).toBe(1_001);
    expect(Math.abs(p50Ms - 501)).toBeLessThan(1);
    expect(Math.abs(p99Ms - 991)).toBeLessThan(2);
    expect(Math.abs(maxMs / 7_200_000 - 1)).toBeLessThan(0.001);
  });

  it('are all nothing when there is none', () => {
    expect(new Latency().summary()).toEqual({ count: 0, p50Ms: 0, p90Ms: 0, p99Ms: 0, p999Ms: 0, maxMs: 0 });
  });
});
