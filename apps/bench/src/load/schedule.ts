import assert from 'node:assert/strict';

/**
 * When each request of an open loop is due: evenly, from the start, whether or not the ones before it have been
 * answered. A slow answer cannot delay the next request, as it would in a closed loop, so what clients would have
 * waited is measured and not left out ("coordinated omission").
 */
export class Schedule {
  readonly #startMs: number;
  readonly #perMs: number;
  #taken = 0;

  constructor(startMs: number, perSecond: number) {
    assert(perSecond > 0, 'a schedule needs a rate');
    this.#startMs = startMs;
    this.#perMs = perSecond / 1000;
  }

  /** When the next request is due. */
  get nextDueMs(): number {
    return this.#startMs + this.#taken / this.#perMs;
  }

  /** Takes the next request if it is due at `nowMs`, and tells when it was due. */
  take(nowMs: number): number | undefined {
    const dueMs = this.nextDueMs;
    if (dueMs > nowMs) return undefined;
    this.#taken += 1;
    return dueMs;
  }
}
