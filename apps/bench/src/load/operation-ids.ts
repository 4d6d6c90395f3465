import { randomBytes } from 'node:crypto';

const PER_MILLISECOND_MAX = 4096;
const COUNTER_TEXTS = Array.from({ length: PER_MILLISECOND_MAX }, (_, counter) =>
  counter.toString(16).padStart(3, '0'),
);

/**
 * Ids of UUID version 7: milliseconds, a counter, and a random tail that is the generator's own. The libraries draw new
 * randomness for each, which costs several times more, and the load generator shares the cores with what it measures.
 */
export class OperationIds {
  readonly #tail = `8${randomBytes(2).toString('hex').slice(1)}-${randomBytes(6).toString('hex')}`;
  #timeMs = 0;
  #time = '';
  #counter = 0;

  next(): string {
    if (this.#counter === PER_MILLISECOND_MAX || this.#counter % 64 === 0) this.#lookAtClock();
    const counter = COUNTER_TEXTS[this.#counter]!;
    this.#counter += 1;
    return `${this.#time}-7${counter}-${this.#tail}`;
  }

  #lookAtClock(): void {
    const full = this.#counter === PER_MILLISECOND_MAX;
    const timeMs = Math.max(Date.now(), full ? this.#timeMs + 1 : this.#timeMs);
    if (timeMs === this.#timeMs) return;
    const digits = timeMs.toString(16).padStart(12, '0');
    this.#timeMs = timeMs;
    this.#time = `${digits.slice(0, 8)}-${digits.slice(8)}`;
    this.#counter = 0;
  }
}
