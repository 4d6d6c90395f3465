import { type Backoff, backoffMs, sleep } from './backoff.ts';
import { isRetryableStatus, LastroProblemError, LastroUnreachableError } from './errors.ts';
import type { Server, ServerList } from './server-list.ts';
import {
  type HttpAnswer,
  type HttpRequest,
  type HttpStream,
  NoAnswerError,
  type Transport,
} from './transport.ts';

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

/** 202 and 204: a page of somebody else's would come with 200. */
const MAY_BE_EMPTY: ReadonlySet<number> = new Set([202, 204]);

/** What may be relied on. */
export interface Reliance {
  /** Sent a second time it would be done a second time: not sent again once a server may have taken it. */
  readonly once?: boolean;
  /** A success may have nothing to say. */
  readonly mayBeEmpty?: boolean;
}

/** What is sent until it is answered. */
interface Task<Answer extends HttpAnswer> {
  readonly once?: boolean | undefined;
  readonly send: (transport: Transport) => Promise<Answer>;
  /** Whether a success is all that was asked for. */
  readonly isWhole: (answer: Answer) => boolean;
  /** Of the operations in it. */
  readonly ids: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

type Attempt<Answer> =
  | { readonly answer: Answer }
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
  async send(
    request: HttpRequest,
    ids: readonly string[],
    { once, mayBeEmpty = false }: Reliance = {},
  ): Promise<HttpAnswer> {
    return this.#sendUntilAnswered({
      send: (transport) => transport.send(request),
      isWhole: ({ status, body }) => body !== undefined || (mayBeEmpty && MAY_BE_EMPTY.has(status)),
      ids,
      once,
    });
  }

  /**
   * Asks for a stream, until a server begins one; the text as it comes.
   *
   * @throws LastroProblemError, LastroUnreachableError as `send` does; the latter also when `signal` says that it is enough.
   */
  async open(request: HttpRequest, signal: AbortSignal | undefined): Promise<AsyncIterable<string>> {
    const stream = await this.#sendUntilAnswered<HttpStream>({
      send: (transport) => transport.open(request, signal),
      isWhole: ({ pieces }) => pieces !== undefined,
      ids: [],
      signal,
    });
    return stream.pieces!;
  }

  async #sendUntilAnswered<Answer extends HttpAnswer>(task: Task<Answer>): Promise<Answer> {
    const { attemptsMax, totalTimeoutMs } = this.#options.limits;
    const deadlineMs = Date.now() + totalTimeoutMs;
    let inDoubt = false;
    let failed: Server | undefined;
    for (let attempts = 1; ; attempts += 1) {
      const server = await this.#nextServer(attempts, failed, deadlineMs, task.signal);
      const attempt = await this.#attempt(server, task);
      if ('answer' in attempt) return attempt.answer;
      inDoubt ||= attempt.inDoubt;
      failed = server;
      const isOver = this.#isOver(task) || (task.once === true && inDoubt);
      if (attempts >= attemptsMax || Date.now() >= deadlineMs || isOver) {
        if (attempt.failure instanceof LastroProblemError && !inDoubt) throw attempt.failure;
        throw new LastroUnreachableError(task.ids, attempts, inDoubt, attempt.failure);
      }
      this.#options.onFailover?.({ server: server.url, reason: attempt.failure.message });
    }
  }

  /** Chooses the server for an attempt, and waits until it may be asked. */
  async #nextServer(
    attempts: number,
    failed: Server | undefined,
    deadlineMs: number,
    signal: AbortSignal | undefined,
  ): Promise<Server> {
    const { servers, backoff } = this.#options;
    const { server, readyAtMs } = servers.choose(Date.now(), failed);
    const jitterMs = failed === undefined ? 0 : backoffMs(backoff, attempts - 1);
    const waitMs = Math.max(jitterMs, Math.min(readyAtMs, deadlineMs) - Date.now());
    if (waitMs > 0) await sleep(waitMs, signal);
    return server;
  }

  #isOver({ signal }: Pick<Task<HttpAnswer>, 'signal'>): boolean {
    return this.#closed || signal?.aborted === true;
  }

  /** Cuts every connection; what is under way fails at its next turn. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#options.servers.close();
  }

  async #attempt<Answer extends HttpAnswer>(
    server: Server,
    { send, isWhole }: Task<Answer>,
  ): Promise<Attempt<Answer>> {
    const { servers, limits } = this.#options;
    try {
      const answer = await send(server.transport);
      if (answer.status < 300 && isWhole(answer)) {
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
