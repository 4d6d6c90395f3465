/** So many times as many messages as may be held have to fit before more are asked for again. */
const ROUNDS_BEFORE_MORE = 4;

/**
 * How much memory messages take that were delivered and are not acknowledged. AMQP limits them in number only, and the broker
 * sends that many at once: what has no room is not kept. So that this is rare, the number is cut to what has fitted, until
 * messages are small again. A change of the number takes a new channel, which everything that is not acknowledged comes
 * by again.
 */
export class HeldMemory {
  readonly #prefetchMax: number;
  readonly #bytesMax: number;
  #prefetch: number;
  #count = 0;
  #bytes = 0;
  #isOverfull = false;
  /** Since it was last looked whether more would fit. */
  #takenCount = 0;
  #largestBytes = 0;

  /** `prefetchMax`: most messages at a time; `bytesMax`: most memory for them, unless one alone is larger. */
  constructor(prefetchMax: number, bytesMax: number) {
    this.#prefetchMax = prefetchMax;
    this.#bytesMax = bytesMax;
    this.#prefetch = prefetchMax;
  }

  /** How many messages to ask for at a time. */
  get prefetch(): number {
    return this.#prefetch;
  }

  /** Whether a message may be kept that was just delivered. From the first that may not on, none may by this channel. */
  take(bytes: number): boolean {
    if (this.#isOverfull || (this.#count > 0 && this.#bytes + bytes > this.#bytesMax)) {
      if (!this.#isOverfull) this.#prefetch = this.#count;
      this.#isOverfull = true;
      return false;
    }
    this.#count += 1;
    this.#bytes += bytes;
    this.#takenCount += 1;
    this.#largestBytes = Math.max(this.#largestBytes, bytes);
    return true;
  }

  /** A message was acknowledged. */
  free(bytes: number): void {
    this.#count -= 1;
    this.#bytes -= bytes;
  }

  /** Whether nothing is held and a new channel is needed: for what was let go, or because more would fit. */
  needsNewChannel(): boolean {
    if (this.#count > 0) return false;
    if (this.#isOverfull) return true;
    if (this.#prefetch === this.#prefetchMax || this.#takenCount < ROUNDS_BEFORE_MORE * this.#prefetchMax)
      return false;
    const wouldFit = this.#largestBytes * this.#prefetchMax <= this.#bytesMax;
    if (wouldFit) this.#prefetch = this.#prefetchMax;
    this.#lookAnew();
    return wouldFit;
  }

  /** There is no channel any more, and nothing that came by it. */
  beginAnew(): void {
    this.#count = 0;
    this.#bytes = 0;
    this.#isOverfull = false;
    this.#lookAnew();
  }

  #lookAnew(): void {
    this.#takenCount = 0;
    this.#largestBytes = 0;
  }
}
