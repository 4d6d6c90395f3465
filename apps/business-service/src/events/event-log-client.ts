import { Pool } from 'undici';
import { ServicesInTurn } from '../services-in-turn.ts';
import { type EventPage, parseEventPage } from './logged-event.ts';

export interface EventLogClientOptions {
  /** Data services that share one ledger, in order of preference. */
  readonly urls: readonly string[];
  /** What proves to them which business service this is. */
  readonly key: string;
  readonly connectTimeoutMs: number;
  /** Longest wait for a page, beyond what the data service was asked to wait. */
  readonly readTimeoutMs: number;
  /** Most pages read at a time from each data service. */
  readonly connectionsMax: number;
}

export interface PageRequest {
  /** Sequence. Without it: where the log ends. */
  readonly after?: number;
  /** Most operations. */
  readonly limit: number;
  /** How long to wait for news when there are none. */
  readonly waitSeconds?: number;
}

/** No data service gave a page. Retry: yes. */
export class EventLogUnavailableError extends Error {
  override readonly name = 'EventLogUnavailableError';
}

const PAGE_SIZE_MAX_BYTES = 64 * 1024 * 1024;

/** Reads the log of events, on connections of its own: reads and batches never wait behind those who follow. */
export class EventLogClient {
  readonly #options: EventLogClientOptions;
  readonly #services: ServicesInTurn<{ readonly url: string; readonly pool: Pool }>;

  constructor(options: EventLogClientOptions) {
    this.#options = options;
    this.#services = new ServicesInTurn(
      options.urls.map((url) => ({
        url,
        pool: new Pool(url, {
          connections: options.connectionsMax,
          pipelining: 1,
          connectTimeout: options.connectTimeoutMs,
          maxResponseSize: PAGE_SIZE_MAX_BYTES,
          // The time for the whole exchange is limited below.
          headersTimeout: 0,
          bodyTimeout: 0,
        }),
      })),
    );
  }

  /** @throws EventLogUnavailableError: the next data service will be asked the next time. */
  async page(request: PageRequest, signal: AbortSignal): Promise<EventPage> {
    const service = this.#services.preferred;
    const ending = new AbortController();
    const end = () => ending.abort();
    const { waitSeconds = 0 } = request;
    const timer = setTimeout(end, waitSeconds * 1000 + this.#options.readTimeoutMs);
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
    try {
      return await this.#ask(service.pool, request, ending.signal);
    } catch (error) {
      if (!signal.aborted) this.#services.leave(service);
      const why = error instanceof Error ? error.message : String(error);
      throw new EventLogUnavailableError(`${service.url}: ${why}`, { cause: error });
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#services.all.map(({ pool }) => pool.destroy()));
  }

  async #ask(
    pool: Pool,
    { after, limit, waitSeconds }: PageRequest,
    signal: AbortSignal,
  ): Promise<EventPage> {
    const query = new URLSearchParams({
      ...(after === undefined ? {} : { after: String(after), limit: String(limit) }),
      ...(waitSeconds === undefined ? {} : { wait: String(waitSeconds) }),
    });
    const answer = await pool.request({
      method: 'GET',
      path: `/v1/event-log?${query.toString()}`,
      headers: { authorization: `Bearer ${this.#options.key}` },
      signal,
    });
    const text = await answer.body.text();
    if (answer.statusCode !== 200) throw new Error(`answered ${answer.statusCode}: ${text.slice(0, 200)}`);
    return parseEventPage(text);
  }
}
