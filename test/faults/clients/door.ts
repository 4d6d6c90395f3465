import { Pool } from 'undici';

const CONNECTIONS_MAX = 16;
const CONNECT_TIMEOUT_MS = 1_000;

/** Failures that happen before the first byte of a request leaves. */
const NEVER_SENT = new Set(['ECONNREFUSED', 'UND_ERR_CONNECT_TIMEOUT']);

/** What came back for one request. */
export type DoorAnswer =
  | { readonly status: number; readonly body: unknown; readonly retryAfterMs: number }
  /** No whole answer. `sent`: it may have arrived. */
  | { readonly status: undefined; readonly sent: boolean; readonly why: string };

export interface DoorRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly timeoutMs: number;
}

/** One service, asked in plain HTTP: nothing is tried twice, and every answer is seen as it comes. */
export class Door {
  readonly host: string;
  readonly #pool: Pool;
  readonly #authorization: string;

  constructor(host: string, url: string, key: string) {
    this.host = host;
    this.#authorization = `Bearer ${key}`;
    this.#pool = new Pool(url, {
      connections: CONNECTIONS_MAX,
      connect: { timeout: CONNECT_TIMEOUT_MS },
      pipelining: 1,
    });
  }

  async ask({ method, path, headers = {}, body, timeoutMs }: DoorRequest): Promise<DoorAnswer> {
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    try {
      const answer = await this.#pool.request({
        method,
        path,
        headers: { authorization: this.#authorization, ...type, ...headers },
        body: body === undefined ? null : JSON.stringify(body),
        signal: AbortSignal.timeout(timeoutMs),
      });
      const text = await answer.body.text();
      const retryAfterMs = Number(answer.headers['retry-after'] ?? 0) * 1_000;
      return { status: answer.statusCode, body: JSON.parse(text) as unknown, retryAfterMs };
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      return { status: undefined, sent: !NEVER_SENT.has(code ?? ''), why: code ?? message };
    }
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}
