import {
  answerOf,
  basePathOf,
  type HttpAnswer,
  type HttpRequest,
  type HttpStream,
  isStream,
  NoAnswerError,
  type Transport,
  type TransportOptions,
} from './transport.ts';

/** For browsers, and whatever else has `fetch`. How many connections there are is up to them. */
export function createTransport(server: URL, options: TransportOptions): Transport {
  return new FetchTransport(server, options);
}

/** What proves who asks is the key, and no answer of a bank comes from a cache or from elsewhere. */
const PLAINLY = { cache: 'no-store', credentials: 'omit', redirect: 'manual' } as const;

/** A request under way: it ends when its time is over, when whoever asked gives up, or when the transport closes. */
interface Exchange {
  readonly signal: AbortSignal;
  /** Begins to count anew: something has come. */
  live(timeoutMs: number): void;
  end(): void;
}

class FetchTransport implements Transport {
  readonly #base: string;
  readonly #connectTimeoutMs: number;
  readonly #underWay = new Set<AbortController>();

  constructor(server: URL, options: TransportOptions) {
    this.#base = server.origin + basePathOf(server);
    this.#connectTimeoutMs = options.connectTimeoutMs;
  }

  async send(request: HttpRequest): Promise<HttpAnswer> {
    const exchange = this.#begin(request, undefined);
    try {
      const response = await this.#fetch(request, exchange);
      return answerOf(response.status, response.headers.get('retry-after'), await response.text());
    } catch (error) {
      throw new NoAnswerError(error);
    } finally {
      exchange.end();
    }
  }

  async open(request: HttpRequest, signal: AbortSignal | undefined): Promise<HttpStream> {
    const exchange = this.#begin(request, signal);
    let streams = false;
    try {
      const response = await this.#fetch(request, exchange);
      const { status, headers, body } = response;
      if (isStream(request, status, headers.get('content-type')) && body !== null) {
        streams = true;
        return { ...answerOf(status, undefined, ''), pieces: piecesOf(body, exchange, request.timeoutMs) };
      }
      return answerOf(status, headers.get('retry-after'), await response.text());
    } catch (error) {
      throw new NoAnswerError(error);
    } finally {
      if (!streams) exchange.end();
    }
  }

  close(): Promise<void> {
    for (const controller of this.#underWay) controller.abort(new Error('the client was closed'));
    return Promise.resolve();
  }

  #fetch({ method, path, headers, body }: HttpRequest, { signal }: Exchange): Promise<Response> {
    return fetch(this.#base + path, {
      method,
      headers,
      body: body ?? null,
      signal,
      ...PLAINLY,
    });
  }

  #begin({ timeoutMs }: HttpRequest, given: AbortSignal | undefined): Exchange {
    const controller = new AbortController();
    const giveUp = (): void => controller.abort(given?.reason);
    const late = (afterMs: number): (() => void) => {
      const timer = setTimeout(() => controller.abort(new Error(`nothing came in ${afterMs} ms`)), afterMs);
      return () => clearTimeout(timer);
    };
    let stop = late(timeoutMs + this.#connectTimeoutMs);
    this.#underWay.add(controller);
    given?.addEventListener('abort', giveUp);
    if (given?.aborted === true) giveUp();
    return {
      signal: controller.signal,
      live: (nextMs) => {
        stop();
        stop = late(nextMs);
      },
      end: () => {
        stop();
        given?.removeEventListener('abort', giveUp);
        this.#underWay.delete(controller);
      },
    };
  }
}

async function* piecesOf(
  body: ReadableStream<Uint8Array>,
  exchange: Exchange,
  timeoutMs: number,
): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  try {
    for (;;) {
      exchange.live(timeoutMs);
      const { done, value } = await reader.read();
      if (done) return;
      yield decoder.decode(value, { stream: true });
    }
  } catch (error) {
    throw new NoAnswerError(error);
  } finally {
    exchange.end();
    await reader.cancel().catch(() => undefined);
  }
}
