import { build } from 'hdr-histogram-js';

export interface LatencySummary {
  readonly count: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly maxMs: number;
}

const MICROSECONDS = 1_000;

/** Durations, each kept to three digits, in a size that does not grow with their number. */
export class Latency {
  readonly #histogram = build({ bitBucketSize: 64, autoResize: true, numberOfSignificantValueDigits: 3 });

  record(durationMs: number): void {
    this.#histogram.recordValue(Math.max(0, Math.round(durationMs * MICROSECONDS)));
  }

  summary(): LatencySummary {
    const count = this.#histogram.totalCount;
    const maxMs = count === 0 ? 0 : this.#histogram.maxValue / MICROSECONDS;
    // A percentile is the upper end of its bucket, which may lie above the largest value recorded.
    const at = (percentile: number): number =>
      Math.min(maxMs, this.#histogram.getValueAtPercentile(percentile) / MICROSECONDS);
    return { count, p50Ms: at(50), p90Ms: at(90), p99Ms: at(99), p999Ms: at(99.9), maxMs };
  }
}
