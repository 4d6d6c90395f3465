import { type Spread, spread } from '../statistics.ts';
import { type Case, jobOf, type LoadSettings } from './cases.ts';
import type { LineUp } from './line-up.ts';
import { measureCopy } from './measure-copy.ts';
import { type Instruments, measureLoad } from './measure-load.ts';
import type { Sample } from './sample.ts';

export interface RoundSettings extends LoadSettings {
  readonly rounds: number;
}

/** All rounds of one case. */
export interface CaseResult {
  readonly id: string;
  readonly contender: string;
  readonly says: string;
  readonly perSecond: Spread;
  readonly rounds: readonly Sample[];
}

export type Progress = (line: string) => void;

/** Each case once, then each once more: what disturbs the machine for a while disturbs all alike. */
export async function measureThroughput(
  cases: readonly Case[],
  lineUp: LineUp,
  settings: RoundSettings,
  instruments: Instruments,
  progress: Progress,
): Promise<CaseResult[]> {
  const samples = new Map<string, Sample[]>(cases.map(({ id }) => [id, []]));
  for (let round = 1; round <= settings.rounds; round += 1) {
    for (const measured of cases) {
      const sample = await measureCase(measured, round, lineUp, settings, instruments);
      samples.get(measured.id)!.push(sample);
      progress(
        `round ${round}/${settings.rounds}  ${measured.id}: ${Math.round(sample.perSecond).toLocaleString('en-US')}/s`,
      );
    }
  }
  return cases.map(({ id, contender, says }) => {
    const rounds = samples.get(id)!;
    return { id, contender, says, rounds, perSecond: spread(rounds.map(({ perSecond }) => perSecond)) };
  });
}

async function measureCase(
  { id, contender, measure }: Case,
  round: number,
  lineUp: LineUp,
  settings: RoundSettings,
  instruments: Instruments,
): Promise<Sample> {
  const { warmUpMs, measuredMs } = settings;
  const running = await lineUp.get(contender);
  try {
    if (measure.kind === 'copy') {
      const { batchSize } = measure;
      return await measureCopy(running, { batchSize, warmUpMs, measuredMs }, instruments);
    }
    const job = jobOf(measure, { ...settings, seed: settings.seed + round });
    return await measureLoad(running, job, instruments);
  } catch (error) {
    throw new Error(`${id}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
