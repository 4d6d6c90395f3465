import { pairedRatio, type Spread } from '../statistics.ts';
import type { LoadSettings } from './cases.ts';
import { type GrowingBank, type GrowthPoint, measureGrowthPoint } from './growing-bank.ts';
import { readBackgroundWork, waitUntilIdle } from './idle-bank.ts';
import type { Progress, RoundSettings } from './measure-throughput.ts';

/** The two banks in the same minute. */
export interface GrowthRound {
  readonly large: GrowthPoint;
  readonly small: GrowthPoint;
}

export interface GrowthComparison {
  readonly rounds: readonly GrowthRound[];
  /** Throughput of the large ledger against that of the small one, round by round. */
  readonly endAgainstFirstMillion: Spread;
}

export interface GrowthResult extends GrowthComparison {
  /** The large ledger while it was filled. */
  readonly points: readonly GrowthPoint[];
}

/** Fills the ledger with bulk transfers until it has `operationsMax`, and takes a point of every `measuredMs`. */
export async function fillLedger(
  bank: GrowingBank,
  operationsMax: number,
  settings: LoadSettings,
  progress: Progress,
): Promise<GrowthPoint[]> {
  const points: GrowthPoint[] = [];
  while ((await bank.lastro.postedOperations()) < operationsMax) {
    const point = await measureGrowthPoint(bank, points.length, settings);
    points.push(point);
    progress(pointText(point));
  }
  return points;
}

/** Puts the same load on both banks, first on one and then on the other, round by round. Who is not measured has nothing to do. */
export async function compareSizes(
  { large, small }: { large: GrowingBank; small: GrowingBank },
  { rounds: roundCount, ...settings }: RoundSettings,
  progress: Progress,
): Promise<GrowthComparison> {
  const waitForIdle = () =>
    waitUntilIdle(
      () => Promise.all([large, small].map(({ database }) => readBackgroundWork(database))),
      progress,
    );
  const rounds: GrowthRound[] = [];
  for (let round = 1; round <= roundCount; round += 1) {
    await waitForIdle();
    const ofLarge = await measureGrowthPoint(large, round, settings);
    await waitForIdle();
    const ofSmall = await measureGrowthPoint(small, round, settings);
    rounds.push({ large: ofLarge, small: ofSmall });
    progress(`round ${round}/${roundCount}  large: ${pointText(ofLarge)}  small: ${pointText(ofSmall)}`);
  }
  return { rounds, endAgainstFirstMillion: ratioOf(rounds) };
}

function ratioOf(rounds: readonly GrowthRound[]): Spread {
  const rates = (size: keyof GrowthRound): number[] => rounds.map((round) => round[size].perSecond);
  return pairedRatio(rates('large'), rates('small'))!;
}

function pointText({ operations, perSecond }: GrowthPoint): string {
  const [size, rate] = [operations, perSecond].map((value) => Math.round(value).toLocaleString('en-US'));
  return `${size} operations: ${rate}/s`;
}
