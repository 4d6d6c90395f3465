import { Pool } from 'undici';

/** One HTTP request, ready to be sent to any server. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  /** Path and query, from the root of the server. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Longest time for the answer to begin once the request is on its connection. */
  readonly timeoutMs: number;
}

export interface HttpAnswer {
  readonly status: number;
  /** From `Retry-After`, when the server gave one in seconds. */
  readonly retryAfterMs: number | undefined;
  /** The parsed JSON; undefined where the body is empty or is not JSON. */
  readonly body: unknown;
}

/** No answer came. `reached` is false only when the request certainly never got to the server. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
  readonly reached: boolean;

  constructor(cause: unknown) {
    super(describe(cause), { cause });
    this.reached = !NEVER_SENT.has(codeOf(cause));
  }
}

/** Failures that happen before the first byte of a request leaves. */
const NEVER_SENT: ReadonlySet<string | undefined> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

export interface TransportOptions {
  readonly connectionsMax: number;
  readonly connectTimeoutMs: number;
}

const KEEP_ALIVE_TIMEOUT_MS = 30_000;

/**
 * Kept connections to one server. The only file of the SDK that knows how HTTP is done, so that a browser
 * can have another.
 */
export class Transport {
  readonly #pool: Pool;
  readonly #basePath: string;

  constructor(server: URL, options: TransportOptions) {
    this.#basePath = server.pathname.replace(/\/+$/, '');
    this.#pool = new Pool(server.origin, {
      connections: options.connectionsMax,
      connect: { timeout: options.connectTimeoutMs },
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
      pipelining: 1,
    });
  }

  /**
   * Sends the request once.
   *
   * @throws NoAnswerError when no whole answer came back: what the server did is then unknown.
   */
  async send(request: HttpRequest): Promise<HttpAnswer> {
    try {
      const { statusCode, headers, body } = await this.#pool.request({
        method: request.method,
        path: this.#basePath + request.path,
        headers: request.headers,
        body: request.body ?? null,
        headersTimeout: request.timeoutMs,
        bodyTimeout: request.timeoutMs,
      });
      return {
        status: statusCode,
        retryAfterMs: retryAfterMs(headers['retry-after']),
        body: parseJson(await body.text()),
      };
    } catch (error) {
      throw new NoAnswerError(error);
    }
  }

  /** Cuts every connection. Requests under way fail. */
  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}

function retryAfterMs(header: string | string[] | undefined): number | undefined {
  return typeof header === 'string' && /^\d{1,6}$/.test(header) ? Number(header) * 1000 : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function codeOf(error: unknown): string | undefined {
  const { code, errors } = error as { code?: string; errors?: unknown[] };
  // An AggregateError holds one failure for each address of the host's name.
  return code ?? (errors === undefined ? undefined : codeOf(errors[0]));
}

function describe(error: unknown): string {
  const { message } = error as { message?: string };
  return message || codeOf(error) || String(error);
}
