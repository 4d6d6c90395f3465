import type pg from 'pg';
import type { RunningLastro } from '../contenders/lastro/lastro.ts';
import { readMetrics } from '../processes/read-metrics.ts';
import { median } from '../statistics.ts';
import { jobOf, loadMeasureOf, type LoadSettings } from './cases.ts';
import { type Instruments, measureLoad } from './measure-load.ts';
import type { Progress } from './measure-throughput.ts';

/** The bank at one size of its ledger. */
export interface GrowthPoint {
  /** In the ledger, in the middle of the time that the point covers. */
  readonly operations: number;
  readonly perSecond: number;
  /** Mean of the commits in that time. */
  readonly commitMs: number;
  readonly operationsPerCommit: number;
  /** All of the database, over all of its operations. */
  readonly diskBytesPerOperation: number;
}

export interface GrowthResult {
  readonly points: readonly GrowthPoint[];
  /** Throughput at the end against that at about a million operations. */
  readonly endAgainstFirstMillion: number;
}

const AROUND_FIRST_MILLION = { from: 500_000, to: 1_500_000 };
const POINTS_AT_THE_END = 3;

/** Fills the ledger with bulk transfers until it has `operationsMax`, and takes a point of every `measuredMs`. */
export async function measureGrowth(
  { lastro, database }: { lastro: RunningLastro; database: pg.Pool },
  operationsMax: number,
  settings: LoadSettings,
  instruments: Instruments,
  progress: Progress,
): Promise<GrowthResult> {
  const points: GrowthPoint[] = [];
  let size = await lastro.postedOperations();
  while (size < operationsMax) {
    const sizeBefore = size;
    const commitsBefore = await readCommits(lastro.dataUrl);
    const perSecond = await fill(lastro, points.length, settings, instruments);
    size = await lastro.postedOperations();
    const commits = await readCommits(lastro.dataUrl);
    const count = commits.count - commitsBefore.count;
    points.push({
      operations: Math.round((sizeBefore + size) / 2),
      perSecond,
      commitMs: ((commits.seconds - commitsBefore.seconds) * 1000) / count,
      operationsPerCommit: (size - sizeBefore) / count,
      diskBytesPerOperation: (await databaseBytes(database)) / size,
    });
    const [operations, rate] = [size, perSecond].map((value) => Math.round(value).toLocaleString('en-US'));
    progress(`${operations} operations: ${rate}/s`);
  }
  return { points, endAgainstFirstMillion: endAgainstFirstMillion(points) };
}

async function fill(
  lastro: RunningLastro,
  part: number,
  settings: LoadSettings,
  instruments: Instruments,
): Promise<number> {
  const job = jobOf(loadMeasureOf('lastro/bulk'), { ...settings, seed: settings.seed + part });
  return (await measureLoad(lastro, job, instruments)).perSecond;
}

async function readCommits(dataUrl: string): Promise<{ count: number; seconds: number }> {
  const metrics = await readMetrics(dataUrl);
  return {
    count: metrics.get('lastro_commit_seconds_count') ?? 0,
    seconds: metrics.get('lastro_commit_seconds_sum') ?? 0,
  };
}

async function databaseBytes(database: pg.Pool): Promise<number> {
  const { rows } = await database.query<{ size: string }>(
    'SELECT pg_database_size(current_database()) AS size',
  );
  return Number(rows[0]!.size);
}

/** Medians of several points on both sides: one checkpoint must not decide. */
export function endAgainstFirstMillion(points: readonly GrowthPoint[]): number {
  const { from, to } = AROUND_FIRST_MILLION;
  const around = points.filter(({ operations }) => operations >= from && operations <= to);
  const first = around.length > 0 ? around : points.slice(0, POINTS_AT_THE_END);
  const rate = (some: readonly GrowthPoint[]): number => median(some.map(({ perSecond }) => perSecond));
  return rate(points.slice(-POINTS_AT_THE_END)) / rate(first);
}
