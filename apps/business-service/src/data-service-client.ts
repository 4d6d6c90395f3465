import {
  AUTHOR_HEADER,
  KNOWN_HEAD_HEADER,
  type KnownHead,
  knownHeadText,
  LEDGER_AGE_HEADER,
  LEDGER_SEQUENCE_HEADER,
  readKnownHead,
} from '@lastro/contract';
import { TRACEPARENT } from '@lastro/service';
import { Pool } from 'undici';
import { ServicesInTurn } from './services-in-turn.ts';

export interface DataServiceClientOptions {
  /** Data services that share one ledger, in order of preference. */
  readonly urls: readonly string[];
  /** What proves to them which business service this is. */
  readonly key: string;
  readonly connectTimeoutMs: number;
  readonly batchTimeoutMs: number;
  readonly readTimeoutMs: number;
  /** Most connections to each data service for reads; batches have one of their own. */
  readonly connectionsMax: number;
  /** Most reads at a time, those that wait for a connection included. */
  readonly readsMax: number;
}

const PROBE_TIMEOUT_MS = 1000;
const ANSWER_SIZE_MAX_BYTES = 256 * 1024 * 1024;
/** Of the body of an answer that says no: enough for the sentence that says why. */
const REFUSAL_SHOWN_MAX = 700;

/** An answer, as it came. */
export interface DataServiceAnswer {
  readonly status: number;
  readonly contentType: string;
  /** Headers that say how far the answer goes, where it may be behind. */
  readonly standing: Readonly<Record<string, string>>;
  /** Of the answer to a batch: a head that is committed. */
  readonly knownHead?: KnownHead | undefined;
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
  readonly #services: ServicesInTurn<{ readonly url: string; readonly batches: Pool; readonly reads: Pool }>;
  readonly #options: DataServiceClientOptions;
  readonly #authorization: string;
  #state: LedgerState = 'unknown';
  #readCount = 0;
  /** The newest that an answer to a batch has named. Whichever data service is asked next must find it in its ledger (I1, I6). */
  #knownHead: KnownHead | undefined;

  constructor(options: DataServiceClientOptions) {
    this.#options = options;
    this.#authorization = `Bearer ${options.key}`;
    // Batches never wait behind reads.
    this.#services = new ServicesInTurn(
      options.urls.map((url) => ({
        url,
        batches: connectionPool(url, 1, options.connectTimeoutMs),
        reads: connectionPool(url, options.connectionsMax, options.connectTimeoutMs),
      })),
    );
  }

  /** How the last exchange went. */
  get state(): LedgerState {
    return this.#state;
  }

  /**
   * Sends a batch once. The status of the answer is the caller's to judge. `traceparent`: the trace that it is a part of.
   *
   * @throws DataServiceUnreachableError
   */
  async postBatch(body: Buffer, signal: AbortSignal, traceparent?: string): Promise<DataServiceAnswer> {
    const answer = await this.#exchange({
      ...{ pool: 'batches', method: 'POST', path: '/v1/batches', body, signal },
      timeoutMs: this.#options.batchTimeoutMs,
      ...(traceparent === undefined ? {} : { traceparent }),
      ...(this.#knownHead === undefined ? {} : { knownHead: this.#knownHead }),
    });
    const { knownHead } = answer;
    if (knownHead !== undefined && knownHead.batch > (this.#knownHead?.batch ?? 0))
      this.#knownHead = knownHead;
    return answer;
  }

  /**
   * Reads `path`, if need be from one data service after the other. With `body` it is a POST that only asks, or may be sent twice.
   *
   * @throws DataServiceUnreachableError: none of them could answer.
   */
  async read(path: string, body?: Buffer): Promise<DataServiceAnswer> {
    return this.call({ method: body === undefined ? 'GET' : 'POST', path, ...(body && { body }) });
  }

  /**
   * Asks for something that comes to the same however often it is asked, if need be of one data service after the other.
   *
   * @throws DataServiceUnreachableError: none of them could answer.
   */
  async call(call: LedgerCall): Promise<DataServiceAnswer> {
    if (this.#readCount >= this.#options.readsMax) {
      throw new DataServiceUnreachableError(`${this.#readCount} reads are under way`);
    }
    this.#readCount += 1;
    try {
      return await this.#callAny(call, this.#services.all.length);
    } finally {
      this.#readCount -= 1;
    }
  }

  async #callAny(call: LedgerCall, triesMax: number): Promise<DataServiceAnswer> {
    try {
      return await this.#exchange({ pool: 'reads', ...call, timeoutMs: this.#options.readTimeoutMs });
    } catch (error) {
      if (triesMax <= 1) throw error;
      return this.#callAny(call, triesMax - 1);
    }
  }

  /** Finds out how the ledger is, for `state`: the cheapest read that needs our key and the ledger. */
  async probe(): Promise<void> {
    const path = '/v1/accounts?limit=1';
    await this.#exchange({ pool: 'reads', method: 'GET', path, timeoutMs: PROBE_TIMEOUT_MS }).catch(
      () => undefined,
    );
  }

  async close(): Promise<void> {
    await Promise.all(
      this.#services.all.flatMap(({ batches, reads }) => [batches.destroy(), reads.destroy()]),
    );
  }

  async #exchange(exchange: Exchange): Promise<DataServiceAnswer> {
    const service = this.#services.preferred;
    try {
      const answer = await send(service[exchange.pool], this.#authorization, exchange);
      if (answer.status >= 500 || answer.status === 429)
        throw new Error(`answered ${answer.status}: ${answer.body.slice(0, REFUSAL_SHOWN_MAX)}`);
      this.#state = answer.status === 401 || answer.status === 403 ? 'misconfigured' : 'reachable';
      return answer;
    } catch (error) {
      this.#state = 'unreachable';
      this.#services.leave(service);
      const why = error instanceof Error ? error.message : String(error);
      throw new DataServiceUnreachableError(`${service.url}: ${why}`, { cause: error });
    }
  }
}

function connectionPool(url: string, connections: number, connectTimeoutMs: number): Pool {
  return new Pool(url, {
    connections,
    pipelining: 1,
    connectTimeout: connectTimeoutMs,
    maxResponseSize: ANSWER_SIZE_MAX_BYTES,
    // The time for the whole exchange is limited below.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}

/** What is asked of a data service. */
export interface LedgerCall {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  /** JSON. */
  readonly body?: Buffer;
  /** Who asks for a change; the ledger notes it. */
  readonly by?: string;
}

interface Exchange extends LedgerCall {
  readonly pool: 'batches' | 'reads';
  /** Ends the exchange early. */
  readonly signal?: AbortSignal;
  /** For all of it: waiting for a connection, sending, the answer to its last byte. */
  readonly timeoutMs: number;
  readonly traceparent?: string;
  readonly knownHead?: KnownHead;
}

async function send(pool: Pool, authorization: string, exchange: Exchange): Promise<DataServiceAnswer> {
  const { method, path, body, by, signal, timeoutMs, traceparent, knownHead } = exchange;
  const ending = new AbortController();
  const end = () => ending.abort(new Error('ended by us'));
  const timer = setTimeout(() => ending.abort(new Error(`no answer in ${timeoutMs} ms`)), timeoutMs);
  signal?.addEventListener('abort', end);
  try {
    const headers: Record<string, string> = {
      authorization,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(by === undefined ? {} : { [AUTHOR_HEADER]: by }),
    };
    if (traceparent !== undefined) headers[TRACEPARENT] = traceparent;
    if (knownHead !== undefined) headers[KNOWN_HEAD_HEADER] = knownHeadText(knownHead);
    const answer = await pool.request({
      method,
      path,
      headers,
      body: body ?? null,
      signal: ending.signal,
    });
    const contentType = String(answer.headers['content-type'] ?? '');
    return {
      status: answer.statusCode,
      contentType,
      standing: standingOf(answer.headers),
      knownHead: readKnownHead(answer.headers[KNOWN_HEAD_HEADER]),
      body: await answer.body.text(),
    };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', end);
  }
}

const UP_TO_DATE: Readonly<Record<string, string>> = {};

/** Of an answer that was read from a standby, the headers that say so. */
function standingOf(headers: Readonly<Record<string, string | string[] | undefined>>) {
  const { [LEDGER_SEQUENCE_HEADER]: sequence, [LEDGER_AGE_HEADER]: age } = headers;
  if (sequence === undefined) return UP_TO_DATE;
  return {
    [LEDGER_SEQUENCE_HEADER]: String(sequence),
    ...(age === undefined ? {} : { [LEDGER_AGE_HEADER]: String(age) }),
  };
}
