import type { Caller, System } from '@lastro/contract';
import { LastroClient, LastroProblemError, LastroUnreachableError } from '@lastro/sdk';

/** One answer is waited for this long; whoever reads asks again soon. */
const REQUEST_TIMEOUT_MS = 15_000;

/** The bank that served this page, asked with one key. */
export interface Bank {
  /** Reads: one attempt each, so that a page can say what is wrong while it asks again. */
  readonly reads: LastroClient;
  /** Writes: sent again with the same id until they are answered, so that they take effect once (I2). */
  readonly writes: LastroClient;
  /** Whose key it is. */
  whoAmI(): Promise<Caller>;
  /** The whole system; only samples after `after`. */
  system(after?: string): Promise<System>;
  /**
   * What the SDK has no call for. `path` begins with `/v1/`.
   *
   * @throws LastroProblemError, LastroUnreachableError as the SDK does; and the `AbortError` of `signal`.
   */
  request<Answer>(path: string, init?: RequestInit): Promise<Answer>;
  /**
   * A file, to be read as it comes; `path` begins with `/v1/`.
   *
   * @throws as `request` does, until its first byte.
   */
  file(path: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array>>;
}

/** @throws LastroOptionsError when `key` has characters that no key has. */
export function bankOf(key: string): Bank {
  const servers = [location.origin];
  const request = <Answer>(path: string, init?: RequestInit) => requestOf<Answer>(key, path, init);
  return {
    reads: new LastroClient({ servers, key, attemptsMax: 1, requestTimeoutMs: REQUEST_TIMEOUT_MS }),
    writes: new LastroClient({ servers, key }),
    whoAmI: () => request('/v1/whoami'),
    system: (after) =>
      request(`/v1/system${after === undefined ? '' : `?after=${encodeURIComponent(after)}`}`),
    request,
    file: (path, signal) => fileOf(key, path, signal),
  };
}

async function fileOf(key: string, path: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
  const headers = { authorization: `Bearer ${key}` };
  const response = await fetch(path, { headers, signal, cache: 'no-store', redirect: 'error' }).catch(
    (error: unknown) => {
      if (signal.aborted) throw error;
      throw new LastroUnreachableError([], 1, true, error);
    },
  );
  if (response.ok) return response.body!;
  const body = jsonOf(await response.text());
  throw new LastroProblemError({ status: response.status, retryAfterMs: undefined, body });
}

async function requestOf<Answer>(key: string, path: string, init: RequestInit = {}): Promise<Answer> {
  const headers = new Headers(init.headers);
  headers.set('authorization', `Bearer ${key}`);
  headers.set('accept', 'application/json');
  if (init.body !== undefined) headers.set('content-type', 'application/json');
  const late = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
  const signal = init.signal ? AbortSignal.any([init.signal, late]) : late;
  const answer = await fetch(path, { ...init, headers, signal, cache: 'no-store', redirect: 'error' })
    .then(async (response) => ({
      status: response.status,
      retryAfterMs: undefined,
      body: jsonOf(await response.text()),
    }))
    .catch((error: unknown) => {
      if (init.signal?.aborted === true) throw error;
      throw new LastroUnreachableError([], 1, true, error);
    });
  if (answer.status >= 400) throw new LastroProblemError(answer);
  return answer.body as Answer;
}

function jsonOf(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
