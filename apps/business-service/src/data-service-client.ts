import { Pool } from 'undici';

export interface DataServiceClientOptions {
  /** Data services that share one ledger, in order of preference. */
  readonly urls: readonly string[];
  /** What proves to them which business service this is. */
  readonly key: string;
  readonly connectTimeoutMs: number;
  readonly batchTimeoutMs: number;
  readonly readTimeoutMs: number;
  /** Most connections to each data service. */
  readonly connectionsMax: number;
}

const PROBE_TIMEOUT_MS = 1000;
const ANSWER_SIZE_MAX_BYTES = 256 * 1024 * 1024;

/** An answer, as it came. */
export interface DataServiceAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** No data service answered, or none could do its work. Nothing is known about the outcome. */
class DataServiceUnreachableError extends Error {
  override readonly name = 'DataServiceUnreachableError';
}

/** `misconfigured`: it answers, but refuses our key. */
export type LedgerState = 'unknown' | 'reachable' | 'unreachable' | 'misconfigured';

/**
 * Speaks HTTP with the data services, one at a time: when one does not answer, or says that it cannot, the
 * next in turn is the one to ask from then on. Nothing is retried here except reads on another service.
 */
export class DataServiceClient {
  readonly #pools: readonly Pool[];
  readonly #options: DataServiceClientOptions;
  readonly #authorization: string;
  #preferred = 0;
  #state: LedgerState = 'unknown';

  constructor(options: DataServiceClientOptions) {
    this.#options = options;
    this.#authorization = `Bearer ${options.key}`;
    this.#pools = options.urls.map(
      (url) =>
        new Pool(url, {
          connections: options.connectionsMax,
          pipelining: 1,
          connectTimeout: options.connectTimeoutMs,
          maxResponseSize: ANSWER_SIZE_MAX_BYTES,
          // The time for the whole exchange is limited below.
          headersTimeout: 0,
          bodyTimeout: 0,
        }),
    );
  }

  /** How the last exchange went. */
  get state(): LedgerState {
    return this.#state;
  }

  /**
   * Sends a batch once. The status of the answer is the caller's to judge.
   *
   * @throws DataServiceUnreachableError
   */
  async postBatch(body: Buffer, signal: AbortSignal): Promise<DataServiceAnswer> {
    const timeoutMs = this.#options.batchTimeoutMs;
    return this.#exchange({ method: 'POST', path: '/v1/batches', body, signal, timeoutMs });
  }

  /**
   * Reads `path`, if need be from one data service after the other.
   *
   * @throws DataServiceUnreachableError: none of them could answer.
   */
  async read(path: string): Promise<DataServiceAnswer> {
    for (let tries = this.#pools.length; ; tries -= 1) {
      try {
        return await this.#exchange({ method: 'GET', path, timeoutMs: this.#options.readTimeoutMs });
      } catch (error) {
        if (tries <= 1) throw error;
      }
    }
  }

  /** Finds out how the ledger is, for `state`: the cheapest read that needs our key and the ledger. */
  async probe(): Promise<void> {
    await this.#exchange({ method: 'GET', path: '/v1/accounts?limit=1', timeoutMs: PROBE_TIMEOUT_MS }).catch(
      () => undefined,
    );
  }

  async close(): Promise<void> {
    await Promise.all(this.#pools.map((pool) => pool.destroy()));
  }

  async #exchange(exchange: Exchange): Promise<DataServiceAnswer> {
    const index = this.#preferred;
    try {
      const answer = await send(this.#pools[index]!, this.#authorization, exchange);
      if (answer.status >= 500 || answer.status === 429)
        throw new Error(`answered ${answer.status}: ${answer.body.slice(0, 200)}`);
      this.#state = answer.status === 401 || answer.status === 403 ? 'misconfigured' : 'reachable';
      return answer;
    } catch (error) {
      this.#state = 'unreachable';
      // Two requests that fail together must move on by one, not by two.
      if (this.#preferred === index) this.#preferred = (index + 1) % this.#pools.length;
      const why = error instanceof Error ? error.message : String(error);
      throw new DataServiceUnreachableError(`${this.#options.urls[index]}: ${why}`, { cause: error });
    }
  }
}

interface Exchange {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: Buffer;
  /** Ends the exchange early. */
  readonly signal?: AbortSignal;
  /** For all of it: waiting for a connection, sending, the answer to its last byte. */
  readonly timeoutMs: number;
}

async function send(pool: Pool, authorization: string, exchange: Exchange): Promise<DataServiceAnswer> {
  const { method, path, body, signal, timeoutMs } = exchange;
  const ending = new AbortController();
  const end = () => ending.abort(new Error('ended by us'));
  const timer = setTimeout(() => ending.abort(new Error(`no answer in ${timeoutMs} ms`)), timeoutMs);
  signal?.addEventListener('abort', end);
  try {
    const answer = await pool.request({
      method,
      path,
      headers: body === undefined ? { authorization } : { authorization, 'content-type': 'application/json' },
      body: body ?? null,
      signal: ending.signal,
    });
    const contentType = String(answer.headers['content-type'] ?? '');
    return { status: answer.statusCode, contentType, body: await answer.body.text() };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', end);
  }
}
