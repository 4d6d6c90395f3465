import type { Operation, OperationRequest } from '@lastro/contract';
import { LastroClient, LastroProblemError, LastroUnreachableError } from '@lastro/sdk';

/** The bank took operations and did not post them, or did not answer at all, for as long as the patience lasted. */
export class BankStalledError extends Error {
  override readonly name = 'BankStalledError';
}

/** How long one request waits for its results before it is sent again: this, or a part of the patience if that is less. */
const WAIT_MAX_SECONDS = 10;
const PATIENCE_PARTS = 4;
/** A dead service is tried again about this often, so that it has its share of the work again soon. */
const BACKOFF_MAX_MS = 1_000;

export interface FinalSendersOptions {
  readonly servers: readonly string[];
  readonly key: string;
  /** Longest time that one request is sent again and again before it is given up. */
  readonly patienceMs: number;
}

interface FinalSenderOptions extends FinalSendersOptions {
  readonly onSentAgain: () => void;
}

/** Senders to one bank. Each begins with another server, so that all of them work. */
export class FinalSenders {
  /** Requests that had to be sent again. */
  sentAgain = 0;
  readonly #options: FinalSendersOptions;
  readonly #senders: FinalSender[] = [];

  constructor(options: FinalSendersOptions) {
    this.#options = options;
  }

  /** One more sender. */
  next(): FinalSender {
    const { servers } = this.#options;
    const first = this.#senders.length % servers.length;
    const rotated = [...servers.slice(first), ...servers.slice(0, first)];
    const onSentAgain = (): void => void (this.sentAgain += 1);
    const sender = new FinalSender({ ...this.#options, servers: rotated, onSentAgain });
    this.#senders.push(sender);
    return sender;
  }

  async close(): Promise<void> {
    await Promise.all(this.#senders.map((sender) => sender.close()));
  }
}

/**
 * Sends operations until every one of them is final, and only then returns. Order holds within one business
 * service; over a failover it does not, because what was sent before may still lie in the queue of the service that
 * died. So whoever must have an order sends the next only when this has returned: then nothing of before can come
 * late and change anything, and any service will do, at any time, with the same ids (I2).
 */
export class FinalSender {
  readonly #client: LastroClient;
  readonly #options: FinalSenderOptions;

  constructor(options: FinalSenderOptions) {
    const { servers, key, patienceMs, onSentAgain } = options;
    this.#options = options;
    this.#client = new LastroClient({
      servers,
      key,
      routing: 'stay',
      attemptsMax: Number.MAX_SAFE_INTEGER,
      totalTimeoutMs: patienceMs,
      backoffMaxMs: BACKOFF_MAX_MS,
      onFailover: onSentAgain,
    });
  }

  /**
   * @returns the final state of each operation, in order.
   * @throws BankStalledError when patience runs out; LastroProblemError when the bank refuses the request.
   */
  async send(operations: readonly OperationRequest[]): Promise<Operation[]> {
    const { patienceMs, onSentAgain } = this.#options;
    const waitSeconds = Math.min(WAIT_MAX_SECONDS, Math.ceil(patienceMs / PATIENCE_PARTS / 1000));
    const deadlineMs = performance.now() + patienceMs;
    for (;;) {
      const states = await this.#sendOnce(operations, waitSeconds);
      const waiting = states.filter(({ status }) => status === 'accepted').length;
      if (waiting === 0) return states;
      if (performance.now() >= deadlineMs) {
        throw new BankStalledError(
          `${waiting} operations were accepted and not posted in ${patienceMs / 1000} s: is the data service up? Run the same command again when it is; it goes on where it was`,
        );
      }
      onSentAgain();
    }
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  async #sendOnce(operations: readonly OperationRequest[], waitSeconds: number): Promise<Operation[]> {
    try {
      return await this.#client.operations(operations, { waitSeconds });
    } catch (error) {
      const retryable = error instanceof LastroProblemError && error.retryable;
      if (!retryable && !(error instanceof LastroUnreachableError)) throw error;
      throw new BankStalledError(
        `${error.message} Run the same command again when the bank is up; it goes on where it was`,
        {
          cause: error,
        },
      );
    }
  }
}
