import type { Random } from '../world/random.ts';

/** How large the bank of one seed is, and its limits: each seed draws its own. */
export interface BankSettings {
  readonly businessServices: number;
  readonly dataServices: number;
  readonly clients: number;
  readonly loadMs: number;
  /** Mean pause between two requests of one client. */
  readonly thinkMs: number;
  /** Mean time between two faults of those that come by themselves. */
  readonly timedFaultEveryMs: number;
  readonly batchSizeMax: number;
  readonly batchTimeoutMs: number;
  readonly readTimeoutMs: number;
  readonly retryDelayMaxMs: number;
  readonly queueDepthMax: number;
  readonly resultsKeptMax: number;
  readonly recordOperationsMax: number;
  readonly stalledAfterMs: number;
  readonly waitMaxMs: number;
  /** Of the data service. */
  readonly bodySizeMaxBytes: number;
  readonly commitOperationsMax: number;
  readonly pendingOperationsMax: number;
  readonly commitAttemptsMax: number;
  readonly accountCacheSizeMax: number;
  readonly commitsUnderWayMax: number;
  readonly commitBesideOperationsMin: number;
  readonly statementTimeoutMs: number;
  readonly stalledCommitTimeoutMs: number;
  readonly holdExpiryIntervalMs: number;
  readonly holdsExpiredAtOnceMax: number;
  /** How far the clocks of the data services may be off from the start. */
  readonly clocksDifferMs: number;
  /** What fits of the operations that wait in memory; the rest is read back from the disk. */
  readonly queueAtHandBytesMax: number;
}

/** Room for everything, where a seed does not draw a tight limit. */
const PLENTY = 1_000_000;
/** The largest atomic group of the load fits. */
const SMALL_BODY_BYTES = 4_000;

export function drawSettings(random: Random): BankSettings {
  return {
    businessServices: random.whole(1, 3),
    dataServices: random.whole(1, 3),
    clients: random.whole(1, 4),
    loadMs: random.between(1_500, 5_000),
    thinkMs: random.pick([5, 20, 60]),
    timedFaultEveryMs: random.pick([300, 800, 2_000]),
    batchSizeMax: random.pick([1, 3, 10, 100, 5_000]),
    batchTimeoutMs: random.pick([200, 1_000, 5_000]),
    readTimeoutMs: random.pick([100, 1_000]),
    retryDelayMaxMs: random.pick([50, 500, 2_000]),
    queueDepthMax: random.pick([12, 40, PLENTY, PLENTY]),
    resultsKeptMax: random.pick([0, 10, PLENTY, PLENTY]),
    recordOperationsMax: random.pick([1, 4, 1_000]),
    stalledAfterMs: random.pick([500, 10_000]),
    waitMaxMs: random.pick([200, 3_000]),
    bodySizeMaxBytes: random.pick([SMALL_BODY_BYTES, PLENTY, PLENTY]),
    commitOperationsMax: random.pick([5, 50, 10_000]),
    pendingOperationsMax: random.pick([10, 100_000]),
    commitAttemptsMax: random.whole(1, 4),
    accountCacheSizeMax: random.pick([1, 4, 1_000, 1_000]),
    commitsUnderWayMax: random.pick([1, 2, 2, 3]),
    commitBesideOperationsMin: random.pick([1, 1, 3, 10]),
    statementTimeoutMs: random.pick([300, 1_500]),
    stalledCommitTimeoutMs: random.pick([200, 1_000]),
    holdExpiryIntervalMs: random.pick([30, 400, 1_500]),
    clocksDifferMs: random.pick([0, 80]),
    holdsExpiredAtOnceMax: random.pick([1, 2, 500]),
    queueAtHandBytesMax: random.pick([0, 500, PLENTY]),
  };
}
