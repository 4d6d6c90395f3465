import type pg from 'pg';
import type { RunningLastro } from '../contenders/lastro/lastro.ts';
import { readMetrics } from '../processes/read-metrics.ts';
import type { Session } from '../session.ts';
import { jobOf, loadMeasureOf, type LoadSettings } from './cases.ts';
import { type Instruments, measureLoad } from './measure-load.ts';
import type { ProcessorMicros } from './processor-watch.ts';

/** A bank whose ledger grows, with what its growth is measured by. */
export interface GrowingBank {
  readonly lastro: RunningLastro;
  readonly database: pg.Pool;
  readonly instruments: Instruments;
}

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
  /** Microseconds of processor time for each operation, by process; absent where there is no /proc. */
  readonly processorMicros?: ProcessorMicros | undefined;
}

/** Starts the bank of a session. */
export async function startGrowingBank({ ground, lineUp, instruments }: Session): Promise<GrowingBank> {
  const lastro = (await lineUp.get('lastro')) as RunningLastro;
  // Checkpoints come when PostgreSQL wants them: they are part of what growing costs.
  const unsettled = { ...instruments, settlePostgres: () => Promise.resolve() };
  return { lastro, database: ground.openDatabase(lastro.databaseUrl), instruments: unsettled };
}

/** Bulk transfers for the time of `settings`, and what they cost. `part` tells one such time from the others. */
export async function measureGrowthPoint(
  { lastro, database, instruments }: GrowingBank,
  part: number,
  settings: LoadSettings,
): Promise<GrowthPoint> {
  const sizeBefore = await lastro.postedOperations();
  const commitsBefore = await readCommits(lastro.dataUrl);
  const job = jobOf(loadMeasureOf('lastro/bulk'), { ...settings, seed: settings.seed + part });
  const { perSecond, processorMicros } = await measureLoad(lastro, job, instruments);
  const size = await lastro.postedOperations();
  const commits = await readCommits(lastro.dataUrl);
  const count = commits.count - commitsBefore.count;
  return {
    operations: Math.round((sizeBefore + size) / 2),
    perSecond,
    commitMs: ((commits.seconds - commitsBefore.seconds) * 1000) / count,
    operationsPerCommit: (size - sizeBefore) / count,
    diskBytesPerOperation: (await databaseBytes(database)) / size,
    processorMicros,
  };
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
