import type { Operation } from '@lastro/contract';
import { uuidv7 } from 'uuidv7';
import type { Reliance, RetryingSender } from './retrying-sender.ts';
import type { HttpAnswer, HttpRequest } from './transport.ts';

/** How one request is sent. */
export interface SendOptions {
  /** Hold the answer until the result is final, this long at most. Without it, an answer says `accepted`. */
  readonly waitSeconds?: number | undefined;
  /** Only say what would come of it now: the result, or the reason. Nothing is written, and no id used up. */
  readonly dryRun?: boolean | undefined;
  /**
   * The span that the request is a part of, as a W3C `traceparent`: the bank goes on with its trace, if it is recorded and the
   * bank's own are on. What is none is not sent, for no payment is to fail of it.
   */
  readonly traceparent?: string | undefined;
}

const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

interface WriteOptions extends SendOptions {
  readonly method?: 'POST' | 'PATCH';
  readonly headers?: HttpRequest['headers'];
}

interface ChangeOptions extends Reliance {
  readonly body?: object;
}

interface StreamOptions {
  /** What a stream is: an answer of another kind is none. */
  readonly mediaType: string;
  readonly headers?: HttpRequest['headers'];
  /** Longest silence; absent: as for any other request. */
  readonly timeoutMs?: number;
  readonly signal: AbortSignal | undefined;
}

/** Makes requests of what is asked for, with the key of the client, and has them sent until they are answered. */
export class Requester {
  readonly #sender: RetryingSender;
  readonly #headers: HttpRequest['headers'];
  readonly #requestTimeoutMs: number;

  constructor(sender: RetryingSender, key: string, requestTimeoutMs: number) {
    this.#sender = sender;
    this.#headers = { authorization: `Bearer ${key}`, accept: 'application/json' };
    this.#requestTimeoutMs = requestTimeoutMs;
  }

  async get<Answer>(path: string): Promise<Answer> {
    const request = {
      method: 'GET' as const,
      path,
      headers: this.#headers,
      timeoutMs: this.#requestTimeoutMs,
    };
    return (await this.#sender.send(request, [])).body as Answer;
  }

  /** Asks for a change that is no operation. */
  async change<Answer = void>(
    method: 'POST' | 'DELETE',
    path: string,
    { body, ...reliance }: ChangeOptions = {},
  ): Promise<Answer> {
    const request = {
      method,
      path,
      headers: body === undefined ? this.#headers : { ...this.#headers, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      timeoutMs: this.#requestTimeoutMs,
    };
    return (await this.#sender.send(request, [], reliance)).body as Answer;
  }

  /** Sends one operation. Its id is made here, once, before anything is sent (I2). */
  async sendOne(
    path: string,
    content: { readonly id?: string },
    options: WriteOptions = {},
  ): Promise<Operation> {
    const id = content.id ?? uuidv7();
    const { body } = await this.write(path, { ...content, id }, [id], options);
    return body as Operation;
  }

  /** @param ids of the operations in the body. */
  async write(
    path: string,
    body: unknown,
    ids: readonly string[],
    { method = 'POST', waitSeconds = 0, dryRun = false, traceparent = '', headers = {} }: WriteOptions,
  ): Promise<HttpAnswer> {
    const request = {
      method,
      path: dryRun ? `${path}?dryRun=true` : path,
      headers: {
        ...this.#headers,
        'content-type': 'application/json',
        ...(waitSeconds > 0 ? { prefer: `wait=${waitSeconds}` } : {}),
        ...(TRACEPARENT.test(traceparent) ? { traceparent } : {}),
        ...headers,
      },
      body: JSON.stringify(body),
      timeoutMs: this.#requestTimeoutMs + waitSeconds * 1000,
    };
    return this.#sender.send(request, ids);
  }

  /** Asks for a stream; the text as it comes. */
  async open(path: string, options: StreamOptions): Promise<AsyncIterable<string>> {
    const { mediaType, headers, timeoutMs = this.#requestTimeoutMs, signal } = options;
    const accept = `${mediaType}, application/json`;
    const request = {
      ...{ method: 'GET' as const, path, streams: mediaType, timeoutMs },
      headers: { ...this.#headers, accept, ...headers },
    };
    return this.#sender.open(request, signal);
  }

  /** Cuts the connections. */
  async close(): Promise<void> {
    await this.#sender.close();
  }
}
