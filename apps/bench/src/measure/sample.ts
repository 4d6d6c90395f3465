import type { LatencySummary } from '../load/job.ts';
import type { ProcessorMicros } from './processor-watch.ts';

/** What one round of one case came to. */
export interface Sample {
  /** Operations (or reads) that were answered, a second. */
  readonly perSecond: number;
  /** Operations that the ledger committed, a second, where the answer does not wait for it. */
  readonly postedPerSecond?: number | undefined;
  readonly latency?: LatencySummary | undefined;
  /** How late the load generator itself was, which `latency` includes. */
  readonly lateness?: LatencySummary | undefined;
  /** Part of one core that the load generator used. */
  readonly generatorBusy?: number | undefined;
  /** Microseconds of processor time for each operation, by process. */
  readonly processorMicros?: ProcessorMicros | undefined;
}
