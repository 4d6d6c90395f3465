import { Counter, Gauge, Histogram, type Registry } from '@lastro/service';
import type { CommitObserver, CommitQueue } from './commit/commit-queue.ts';

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
  new Gauge({
    name: 'lastro_commit_pending_operations',
    help: 'Operations that wait for a commit.',
    registers: [registry],
    collect() {
      this.set(commits.pendingOperations);
    },
  });
}
