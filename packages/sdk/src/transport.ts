/** One HTTP request, ready to be sent to any server. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Path and query, from the root of the server. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The media type of the stream that is asked for. */
  readonly streams?: string;
  /** Longest time for the answer to begin once the request is on its connection, and for its next piece to come. */
  readonly timeoutMs: number;
}

export interface HttpAnswer {
  readonly status: number;
  /** From `Retry-After`, when the server gave one in seconds. */
  readonly retryAfterMs: number | undefined;
  /** The parsed JSON; undefined where the body is empty or is not JSON. */
  readonly body: unknown;
}

/** An answer that is read as it comes. Its `body` is undefined where the server answered with something else. */
export interface HttpStream extends HttpAnswer {
  /** The text as it comes; throws NoAnswerError when the connection breaks, or is silent for `timeoutMs`. */
  readonly pieces?: AsyncIterable<string>;
}

/** Kept connections to one server. */
export interface Transport {
  /**
   * Sends the request once.
   *
   * @throws NoAnswerError when no whole answer came back: what the server did is then unknown.
   */
  send(request: HttpRequest): Promise<HttpAnswer>;
  /**
   * Asks for a stream. `signal` ends it.
   *
   * @throws NoAnswerError when no answer has begun.
   */
  open(request: HttpRequest, signal: AbortSignal | undefined): Promise<HttpStream>;
  /** Cuts every connection. Requests under way fail. */
  close(): Promise<void>;
}

export interface TransportOptions {
  readonly connectionsMax: number;
  readonly connectTimeoutMs: number;
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

/** Where the server is, as what a path is put after. */
export function basePathOf(server: URL): string {
  return server.pathname.replace(/\/+$/, '');
}

/** What an answer says that is all there. */
export function answerOf(status: number, retryAfter: string | null | undefined, text: string): HttpAnswer {
  return { status, retryAfterMs: retryAfterMs(retryAfter), body: parseJson(text) };
}

/** Whether an answer is the stream that was asked for. */
export function isStream(
  { streams }: HttpRequest,
  status: number,
  contentType: string | null | undefined,
): boolean {
  return status === 200 && streams !== undefined && contentType?.startsWith(streams) === true;
}

function retryAfterMs(header: string | null | undefined): number | undefined {
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
  const { code, errors, cause } = error as { code?: unknown; errors?: unknown[]; cause?: unknown };
  if (typeof code === 'string') return code;
  // An AggregateError holds one failure for each address of the host's name; `fetch` puts its own around.
  const inner = errors?.[0] ?? cause;
  return inner === undefined || inner === null ? undefined : codeOf(inner);
}

function describe(error: unknown): string {
  const { message } = error as { message?: string };
  return message || codeOf(error) || String(error);
}
