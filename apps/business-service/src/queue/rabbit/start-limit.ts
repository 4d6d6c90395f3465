import { QueueBrokerError } from './broker-error.ts';

/** How long the broker is waited for at the start, for all of it together: LASTRO_QUEUE_START_TIMEOUT_MS. */
export class StartLimit {
  readonly #timeoutMs: number;
  readonly #endsAtMs: number;

  /** From now on. */
  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
    this.#endsAtMs = performance.now() + timeoutMs;
  }

  /** 0: it is over. */
  get leftMs(): number {
    return Math.max(0, Math.ceil(this.#endsAtMs - performance.now()));
  }

  /** What is said when it is over. `fault`: what has kept it up. */
  exceeded(fault: QueueBrokerError): QueueBrokerError {
    const message = `the broker of LASTRO_QUEUE could not be used in ${this.#timeoutMs / 1000} seconds: ${fault.message}`;
    return new QueueBrokerError(message, { isLasting: false, cause: fault });
  }
}
