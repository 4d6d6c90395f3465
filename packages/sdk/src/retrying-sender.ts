import { type Backoff, backoffMs, sleep } from './backoff.ts';
import { isRetryableStatus, LastroProblemError, LastroUnreachableError } from './errors.ts';
import type { Server, ServerList } from './server-list.ts';
import { type HttpAnswer, type HttpRequest, NoAnswerError } from './transport.ts';

/** How long one request is kept alive over all servers. */
interface RetryLimits {
  readonly attemptsMax: number;
  /** From the first attempt; none begins later than this. */
  readonly totalTimeoutMs: number;
  /** A `Retry-After` longer than this is cut to it. */
  readonly retryAfterMaxMs: number;
}

/** Why an attempt was followed by another; for counting and logging. */
export interface Failover {
  readonly server: string;
  readonly reason: string;
}

export interface SenderOptions {
  readonly servers: ServerList;
  readonly limits: RetryLimits;
  readonly backoff: Backoff;
  readonly onFailover: ((failover: Failover) => void) | undefined;
}

type Attempt =
  | { readonly answer: HttpAnswer }
  | { readonly failure: LastroProblemError | NoAnswerError; readonly inDoubt: boolean };

/** Sends a request, with the same ids every time, until a server gives a final answer or a limit is reached. */
export class RetryingSender {
  readonly #options: SenderOptions;
  #closed = false;

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  /**
   * @param ids of the operations in the request, for the error that says that their outcome is unknown.
   * @returns the first success.
   * @throws LastroProblemError the bank refuses for good, or every attempt was refused without being taken.
   * @throws LastroUnreachableError the limits ran out, and what happened is unknown.
   */
  async send(request: HttpRequest, ids: readonly string[]): Promise<HttpAnswer> {
    const { servers, limits, backoff } = this.#options;
    const deadlineMs = Date.now() + limits.totalTimeoutMs;
    let inDoubt = false;
    let failed: Server | undefined;
    for (let attempts = 1; ; attempts += 1) {
      const { server, readyAtMs } = servers.choose(Date.now(), failed);
      const now = Date.now();
      const jitterMs = failed === undefined ? 0 : backoffMs(backoff, attempts - 1);
      const waitMs = Math.max(jitterMs, Math.min(readyAtMs, deadlineMs) - now);
      if (waitMs > 0) await sleep(waitMs);
      const attempt = await this.#attempt(server, request);
      if ('answer' in attempt) return attempt.answer;
      inDoubt ||= attempt.inDoubt;
      failed = server;
      if (this.#closed || attempts >= limits.attemptsMax || Date.now() >= deadlineMs) {
        if (attempt.failure instanceof LastroProblemError && !inDoubt) throw attempt.failure;
        throw new LastroUnreachableError(ids, attempts, inDoubt, attempt.failure);
      }
      this.#options.onFailover?.({ server: server.url, reason: attempt.failure.message });
    }
  }

  /** Cuts every connection; what is under way fails at its next turn. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#options.servers.close();
  }

  async #attempt(server: Server, request: HttpRequest): Promise<Attempt> {
    const { servers, limits } = this.#options;
    try {
      const answer = await server.transport.send(request);
      if (answer.status < 300 && answer.body !== undefined) {
        servers.worked(server);
        return { answer };
      }
      const failure = new LastroProblemError(answer);
      if (!isRetryableStatus(answer.status)) throw failure;
      servers.failed(server, Date.now(), Math.min(answer.retryAfterMs ?? 0, limits.retryAfterMaxMs));
      // 503, 429 and 408 say that nothing was taken; any other 5xx may come after the operation was.
      return { failure, inDoubt: answer.status >= 500 && answer.status !== 503 };
    } catch (error) {
      if (!(error instanceof NoAnswerError)) throw error;
      servers.failed(server, Date.now());
      return { failure: error, inDoubt: error.reached };
    }
  }
}
