import type { Operation } from '@lastro/contract';
import { uuidv7 } from 'uuidv7';
import type { RetryingSender } from './retrying-sender.ts';
import type { HttpAnswer, HttpRequest } from './transport.ts';

/** How one request is sent. */
export interface SendOptions {
  /** Hold the answer until the result is final, this long at most. Without it, an answer says `accepted`. */
  readonly waitSeconds?: number | undefined;
  /** Only say what would come of it now: the result, or the reason. Nothing is written, and no id used up. */
  readonly dryRun?: boolean | undefined;
}

interface WriteOptions extends SendOptions {
  readonly method?: 'POST' | 'PATCH';
  readonly headers?: HttpRequest['headers'];
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
    return this.#withoutBody('GET', path);
  }

  /** Ends something that can be ended more than once. */
  async delete<Answer>(path: string): Promise<Answer> {
    return this.#withoutBody('DELETE', path);
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
    { method = 'POST', waitSeconds = 0, dryRun = false, headers = {} }: WriteOptions,
  ): Promise<HttpAnswer> {
    const request = {
      method,
      path: dryRun ? `${path}?dryRun=true` : path,
      headers: {
        ...this.#headers,
        'content-type': 'application/json',
        ...(waitSeconds > 0 ? { prefer: `wait=${waitSeconds}` } : {}),
        ...headers,
      },
      body: JSON.stringify(body),
      timeoutMs: this.#requestTimeoutMs + waitSeconds * 1000,
    };
    return this.#sender.send(request, ids);
  }

  /** Asks for a stream; the text as it comes. `timeoutMs`: longest silence. */
  async open(
    path: string,
    headers: HttpRequest['headers'],
    timeoutMs: number,
    signal: AbortSignal | undefined,
  ): Promise<AsyncIterable<string>> {
    const request = { method: 'GET' as const, path, headers: { ...this.#headers, ...headers }, timeoutMs };
    return this.#sender.open(request, signal);
  }

  async #withoutBody<Answer>(method: 'GET' | 'DELETE', path: string): Promise<Answer> {
    const request = { method, path, headers: this.#headers, timeoutMs: this.#requestTimeoutMs };
    const { body } = await this.#sender.send(request, []);
    return body as Answer;
  }

  /** Cuts the connections. */
  async close(): Promise<void> {
    await this.#sender.close();
  }
}
