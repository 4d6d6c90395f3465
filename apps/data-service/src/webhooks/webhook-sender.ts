import { Agent } from 'undici';
import type { LogEvent } from '../events/log-event.ts';
import type { Webhook } from './webhook-store.ts';
import { guardedConnector } from './public-address.ts';
import { messageIdOf, signedHeaders } from './signature.ts';

export interface WebhookSenderSettings {
  /** Longest time for a whole exchange, from the connection to the end of the answer. */
  readonly timeoutMs: number;
  /** Whether events may be sent to private addresses, and without TLS. */
  readonly allowPrivate: boolean;
}

/** `gone`: the endpoint says that nobody wants events there any more. */
export type Sent =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'failed'; readonly error: string; readonly gone: boolean };

/** More of an answer is not read; nothing in it is looked at. */
const ANSWER_MAX_BYTES = 16 * 1024;
const KEEP_ALIVE_TIMEOUT_MS = 10_000;
const GONE = 410;
const ERROR_LENGTH_MAX = 300;

/** Sends events, one request each. Redirects are not followed: they could lead anywhere. */
export class WebhookSender {
  readonly #agent: Agent;
  readonly #settings: WebhookSenderSettings;

  constructor(settings: WebhookSenderSettings) {
    this.#settings = settings;
    const { allowPrivate, timeoutMs } = settings;
    this.#agent = new Agent({
      connect: guardedConnector({ allowPrivate, timeoutMs }),
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_TIMEOUT_MS,
      pipelining: 1,
      // The time for the whole exchange is limited below.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  /** Sends an event once. Whatever goes wrong is in the answer. */
  async send(webhook: Webhook, event: LogEvent, signal: AbortSignal): Promise<Sent> {
    const ending = new AbortController();
    const end = () => ending.abort(new Error('the data service is stopping'));
    const { timeoutMs } = this.#settings;
    const timer = setTimeout(() => ending.abort(new Error(`no answer in ${timeoutMs} ms`)), timeoutMs);
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
    try {
      return judge(await this.#post(webhook, event, ending.signal));
    } catch (error) {
      return { kind: 'failed', error: describe(error), gone: false };
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
    }
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  /** The status of the answer. */
  async #post(webhook: Webhook, event: LogEvent, signal: AbortSignal): Promise<number> {
    const { origin, pathname, search } = new URL(webhook.url);
    const message = {
      id: messageIdOf(event),
      timestampSeconds: Math.floor(Date.now() / 1000),
      body: event.json,
    };
    const { statusCode, body } = await this.#agent.request({
      origin,
      path: pathname + search,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'Lastro',
        ...signedHeaders(message, secretsOf(webhook)),
      },
      body: message.body,
      signal,
    });
    // Read so that the connection can be used again; an answer without an end costs its connection.
    await body.dump({ limit: ANSWER_MAX_BYTES, signal }).catch(() => undefined);
    return statusCode;
  }
}

/** Both while the one before still counts. */
function secretsOf({ secret, previousSecret }: Webhook): string[] {
  const isOverlap = previousSecret !== undefined && Date.now() < previousSecret.untilMs;
  return isOverlap ? [secret, previousSecret.secret] : [secret];
}

function judge(status: number): Sent {
  if (status >= 200 && status < 300) return { kind: 'delivered' };
  const hint = status >= 300 && status < 400 ? '; redirects are not followed' : '';
  return { kind: 'failed', error: `it answered ${status}${hint}`, gone: status === GONE };
}

function describe(error: unknown): string {
  const { message = '', code, cause } = error as { message?: string; code?: string; cause?: unknown };
  const text = message || code || (cause === undefined ? 'it failed' : describe(cause));
  return text.slice(0, ERROR_LENGTH_MAX);
}
