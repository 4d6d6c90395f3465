import { Counter, Histogram, lookedUpGauge, type Registry } from '@lastro/service';
import type { CommitObserver, CommitQueue } from './commit/commit-queue.ts';
import type { PostingParts } from './commit/posting-watch.ts';
import type { Feeder } from './projection/feeder.ts';
import type { DueSchedules } from './schedules/due-schedules.ts';
import type { EngineWatch } from './system/engine-watch.ts';

/** Figures of the commits, for Prometheus. */
export function commitMetrics(registry: Registry): CommitObserver {
  const registers = [registry];
  const operations = new Histogram({
    name: 'lastro_commit_operations',
    help: 'Operations in one commit.',
    buckets: [1, 10, 50, 100, 250, 500, 1000, 2500, 5000, 10_000],
    registers,
  });
  const seconds = new Histogram({
    name: 'lastro_commit_seconds',
    help: 'Time of one commit, from the lock to the disk.',
    buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5],
    registers,
  });
  const submissions = new Counter({
    name: 'lastro_commit_batches_total',
    help: 'Batches merged into commits.',
    registers,
  });
  const written = new Counter({
    name: 'lastro_committed_operations_total',
    help: 'New operations committed.',
    registers,
  });
  const replayed = new Counter({
    name: 'lastro_replayed_operations_total',
    help: 'Operations that were known before.',
    registers,
  });
  const retries = new Counter({
    name: 'lastro_commit_retries_total',
    help: 'Commits tried again.',
    registers,
  });
  return {
    committed(info) {
      operations.observe(info.operations);
      seconds.observe(info.seconds);
      submissions.inc(info.submissions);
      written.inc(info.written);
      replayed.inc(info.operations - Math.min(info.written, info.operations));
    },
    retried: () => retries.inc(),
  };
}

export function watchCommitQueue(registry: Registry, commits: CommitQueue): void {
  lookedUpGauge(
    registry,
    'lastro_commit_pending_operations',
    'Operations that wait for a commit.',
    () => commits.pendingOperations,
  );
}

/** What speaks against posting anything. */
export function watchPosting(
  registry: Registry,
  { heads, safety }: Pick<PostingParts, 'heads' | 'safety'>,
): void {
  lookedUpGauge(
    registry,
    'lastro_ledger_behind',
    '1: the ledger lacks what it had committed, and nothing is posted. 0: it does not, as far as was looked.',
    () => (heads.fault === undefined ? 0 : 1),
  );
  lookedUpGauge(
    registry,
    'lastro_engine_unsafe',
    '1: PostgreSQL is set up so that promises do not hold; nothing is posted, unless that is allowed. 0: it is not.',
    () => (safety.isUnsafe ? 1 : 0),
  );
}

/** How far what is searched is behind the ledger, as this service saw it last. */
export function watchProjection(registry: Registry, feeder: Feeder): void {
  lookedUpGauge(
    registry,
    'lastro_projection_sequence',
    'Newest operation that can be found.',
    () => feeder.newest?.sequence ?? 0,
  );
  lookedUpGauge(
    registry,
    'lastro_projection_lag_operations',
    'Operations in the ledger that cannot be found yet.',
    () => (feeder.newest === undefined ? 0 : feeder.newest.head - feeder.newest.sequence),
  );
  lookedUpGauge(
    registry,
    'lastro_projection_lag_seconds',
    'Age of the oldest operation that cannot be found yet.',
    () =>
      feeder.newest?.oldestUnfedAt === undefined
        ? 0
        : Math.max(0, (Date.now() - Date.parse(feeder.newest.oldestUnfedAt)) / 1000),
  );
}

/** How the engine under the ledger is, as this service saw it last. */
export function watchEngine(registry: Registry, watch: EngineWatch): void {
  lookedUpGauge(
    registry,
    'lastro_engine_reachable',
    '1: PostgreSQL answered the newest look. 0: it did not.',
    () => (watch.isReachable ? 1 : 0),
  );
  lookedUpGauge(
    registry,
    'lastro_engine_standbys',
    'Standbys that are connected to PostgreSQL.',
    () => watch.newest?.standbys ?? 0,
  );
  lookedUpGauge(
    registry,
    'lastro_engine_size_bytes',
    'Size of the database.',
    () => watch.newest?.sizeBytes ?? 0,
  );
  lookedUpGauge(
    registry,
    'lastro_engine_clock_ahead_seconds',
    'How far the clock of this machine is ahead of that of PostgreSQL.',
    () => (watch.newest?.clockAheadMs ?? 0) / 1000,
  );
  lookedUpGauge(
    registry,
    'lastro_backup_taken_timestamp_seconds',
    'When the newest backup of the ledger that is known of was taken, in seconds since 1970. 0: there is none.',
    () => takenSeconds(watch.newest?.backupTakenAt),
  );
}

/** Before the first look nobody knows: that is no number, and no alert either. */
function takenSeconds(takenAt: string | null | undefined): number {
  if (takenAt === undefined) return Number.NaN;
  return takenAt === null ? 0 : Date.parse(takenAt) / 1000;
}

/** What is still to be done of schedules, as this service saw it last. */
export function watchSchedules(registry: Registry, schedules: DueSchedules): void {
  lookedUpGauge(
    registry,
    'lastro_schedules_waiting',
    'Schedules whose time is to come.',
    () => schedules.newest?.waiting ?? 0,
  );
  lookedUpGauge(
    registry,
    'lastro_schedule_lag_seconds',
    'How long the oldest schedule that is due and not done has been due.',
    () => {
      const { nextAt = null } = schedules.newest ?? {};
      return nextAt === null ? 0 : Math.max(0, (Date.now() - Date.parse(nextAt)) / 1000);
    },
  );
}
