import { spread } from '../statistics.ts';
import type { ContenderName } from './cases.ts';
import type { LineUp } from './line-up.ts';
import { type Instruments, measureLoad } from './measure-load.ts';
import type { CaseResult, Progress, RoundSettings } from './measure-throughput.ts';
import type { Sample } from './sample.ts';

/** An open loop at a steady rate, below what the contender can take. */
export interface LatencyCase {
  readonly id: string;
  readonly contender: ContenderName;
  readonly says: string;
  readonly requestsPerSecond: number;
  readonly waitForFinal: boolean;
}

/** So many that none has to wait for a free one, unless the services stall. */
const CONNECTIONS = 512;
const HALF = 0.5;

/** Half of the highest rate that each has shown with one operation a request. */
export function latencyCases(throughput: readonly CaseResult[]): LatencyCase[] {
  const halfOf = (id: string): number | undefined => {
    const found = throughput.find((result) => result.id === id);
    return found && Math.max(1, Math.round(found.perSecond.median * HALF));
  };
  const cases: LatencyCase[] = [];
  const ours = halfOf('lastro/single');
  if (ours !== undefined) {
    const common = { contender: 'lastro', requestsPerSecond: ours } as const;
    cases.push(
      { ...common, id: 'lastro/accept-latency', says: 'until on disk (202)', waitForFinal: false },
      { ...common, id: 'lastro/posted-latency', says: 'until posted', waitForFinal: true },
    );
  }
  const theirs = halfOf('one-transaction-each/single');
  if (theirs !== undefined) {
    const common = { contender: 'one-transaction-each', requestsPerSecond: theirs } as const;
    cases.push({
      ...common,
      id: 'one-transaction-each/posted-latency',
      says: 'until posted',
      waitForFinal: true,
    });
  }
  return cases;
}

/** Latency on a fixed schedule, in alternating rounds. */
export async function measureLatency(
  cases: readonly LatencyCase[],
  lineUp: LineUp,
  settings: RoundSettings,
  instruments: Instruments,
  progress: Progress,
): Promise<(CaseResult & Pick<LatencyCase, 'requestsPerSecond'>)[]> {
  const samples = new Map<string, Sample[]>(cases.map(({ id }) => [id, []]));
  for (let round = 1; round <= settings.rounds; round += 1) {
    for (const { id, contender, requestsPerSecond, waitForFinal } of cases) {
      const accounts = { count: settings.accountCount };
      const { warmUpMs, measuredMs } = settings;
      const sample = await measureLoad(
        await lineUp.get(contender),
        {
          connections: CONNECTIONS,
          requestsPerSecond,
          expectedStatus: waitForFinal ? 200 : 202,
          work: { kind: 'transfers', accounts, operationsPerRequest: 1, waitForFinal },
          warmUpMs,
          measuredMs,
          seed: settings.seed + round,
        },
        instruments,
      );
      samples.get(id)!.push(sample);
      const { p50Ms, p99Ms } = sample.latency!;
      progress(
        `round ${round}/${settings.rounds}  ${id} at ${requestsPerSecond}/s: p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms`,
      );
    }
  }
  return cases.map(({ id, contender, says, requestsPerSecond }) => {
    const rounds = samples.get(id)!;
    const perSecond = spread(rounds.map((sample) => sample.perSecond));
    return { id, contender, says, requestsPerSecond, perSecond, rounds };
  });
}
