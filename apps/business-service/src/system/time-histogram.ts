/** Buckets grow by this factor, so what is read from them is off by 3 % at most. */
const GROWTH = 1.06;
const LOG_GROWTH = Math.log(GROWTH);
/** Enough for a year. */
const BUCKET_COUNT = 420;

/** How long things took, in milliseconds, in little memory however many there are. */
export class TimeHistogram {
  readonly #counts = new Uint32Array(BUCKET_COUNT);
  #count = 0;

  /** `count` things took `ms` each. */
  add(ms: number, count: number): void {
    this.#counts[bucketOf(ms)]! += count;
    this.#count += count;
  }

  /** Such a share of them took at most this long; `null`: there are none. */
  quantileMs(share: number): number | null {
    if (this.#count === 0) return null;
    let left = Math.ceil(this.#count * share);
    let bucket = 0;
    for (; bucket < BUCKET_COUNT - 1; bucket += 1) {
      left -= this.#counts[bucket]!;
      if (left <= 0) break;
    }
    return Math.round(Math.exp(bucket * LOG_GROWTH) - 1);
  }

  clear(): void {
    this.#counts.fill(0);
    this.#count = 0;
  }
}

function bucketOf(ms: number): number {
  const bucket = Math.round(Math.log(Math.max(0, ms) + 1) / LOG_GROWTH);
  return Math.min(bucket, BUCKET_COUNT - 1);
}
