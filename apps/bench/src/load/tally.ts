import { performance } from 'node:perf_hooks';
import { build, type Histogram } from 'hdr-histogram-js';
import type { LatencySummary, LoadJob, LoadResult } from './job.ts';

const MICROSECONDS = 1000;

function newHistogram(): Histogram {
  return build({ bitBucketSize: 64, autoResize: true, numberOfSignificantValueDigits: 3 });
}

function recordMs(histogram: Histogram, durationMs: number): void {
  histogram.recordValue(Math.max(0, Math.round(durationMs * MICROSECONDS)));
}

function summaryOf(histogram: Histogram): LatencySummary {
  const at = (percentile: number): number => histogram.getValueAtPercentile(percentile) / MICROSECONDS;
  const maxMs = histogram.totalCount === 0 ? 0 : histogram.maxValue / MICROSECONDS;
  return { p50Ms: at(50), p99Ms: at(99), p999Ms: at(99.9), maxMs };
}

/** Counts the answers of a load and how long they took. */
export class Tally {
  /** When the load begins; then it warms up, and then it is measured. */
  readonly beginMs = performance.now();
  readonly startMs: number;
  readonly endMs: number;
  /** The first wrong answer: the load stops, and nothing was measured. */
  fault: Error | undefined;
  readonly #expectedStatus: number;
  readonly #operationsPerRequest: number;
  readonly #latency = newHistogram();
  readonly #lateness = newHistogram();
  #requests = 0;
  #requestsInAll = 0;

  constructor(job: LoadJob) {
    this.startMs = this.beginMs + job.warmUpMs;
    this.endMs = this.startMs + job.measuredMs;
    this.#expectedStatus = job.expectedStatus;
    this.#operationsPerRequest = job.work.kind === 'transfers' ? job.work.operationsPerRequest : 1;
  }

  /** A closed loop counts what is answered within the measured time. */
  closedLoopAnswer(status: number, sentMs: number, answeredMs: number): void {
    if (!this.#isRight(status)) return;
    if (answeredMs < this.startMs || answeredMs >= this.endMs) return;
    this.#requests += 1;
    recordMs(this.#latency, answeredMs - sentMs);
  }

  /** An open loop counts what was due within the measured time, however late its answer. */
  openLoopAnswer(status: number, times: { dueMs: number; sentMs: number; answeredMs: number }): void {
    if (!this.#isRight(status)) return;
    if (times.dueMs < this.startMs) return;
    this.#requests += 1;
    recordMs(this.#latency, times.answeredMs - times.dueMs);
    recordMs(this.#lateness, times.sentMs - times.dueMs);
  }

  result(job: LoadJob, generatorBusy: number): LoadResult {
    return {
      requests: this.#requests,
      operations: this.#requests * this.#operationsPerRequest,
      measuredSeconds: job.measuredMs / 1000,
      operationsInAll: this.#requestsInAll * this.#operationsPerRequest,
      latency: summaryOf(this.#latency),
      ...(job.requestsPerSecond === undefined ? {} : { lateness: summaryOf(this.#lateness) }),
      generatorBusy,
    };
  }

  #isRight(status: number): boolean {
    if (status === this.#expectedStatus) {
      this.#requestsInAll += 1;
      return true;
    }
    this.fault ??= new Error(`answered ${status}, not ${this.#expectedStatus}`);
    return false;
  }
}
