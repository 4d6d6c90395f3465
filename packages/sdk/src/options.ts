import type { Routing } from './server-list.ts';
import type { Failover } from './retrying-sender.ts';

/** How a client reaches the bank. Only `servers` and `key` are needed. */
export interface LastroClientOptions {
  /** URLs of business services; any of them may be asked anything. */
  readonly servers: readonly string[];
  /** Sent as `Authorization: Bearer KEY`. */
  readonly key: string;
  /** `stay` (the default) keeps to one server while it works, so that what is sent in order is applied in order. */
  readonly routing?: Routing | undefined;
  /** Most attempts for one request, over all servers. Default 20. */
  readonly attemptsMax?: number | undefined;
  /** Longest time over all attempts for one request. Default 60,000. */
  readonly totalTimeoutMs?: number | undefined;
  /** Longest time for one answer to begin, besides what `waitSeconds` asks for. Default 15,000. */
  readonly requestTimeoutMs?: number | undefined;
  /** Longest time for a connection to be made. Default 3,000. */
  readonly connectTimeoutMs?: number | undefined;
  /** Most connections to one server; further requests wait for one to be free. Default 64. */
  readonly connectionsMax?: number | undefined;
  /** First step of the backoff between attempts. Default 50. */
  readonly backoffMinMs?: number | undefined;
  /** Longest step of the backoff. Default 5,000. */
  readonly backoffMaxMs?: number | undefined;
  /** A `Retry-After` longer than this is cut to it. Default 30,000. */
  readonly retryAfterMaxMs?: number | undefined;
  /** Source of jitter and of random routing, from 0 to 1. Default `Math.random`. */
  readonly random?: (() => number) | undefined;
  /** Called before a request is sent again, for counting and logging. */
  readonly onFailover?: ((failover: Failover) => void) | undefined;
}

/** A server URL or a limit of the client is wrong: a mistake in the program or in its settings. */
export class LastroOptionsError extends Error {
  override readonly name = 'LastroOptionsError';
}

const LIMIT_DEFAULTS = {
  attemptsMax: 20,
  totalTimeoutMs: 60_000,
  requestTimeoutMs: 15_000,
  connectTimeoutMs: 3_000,
  connectionsMax: 64,
  backoffMinMs: 50,
  backoffMaxMs: 5_000,
  retryAfterMaxMs: 30_000,
};

/** Options with every default filled in, and checked. */
export function resolveOptions(options: LastroClientOptions) {
  if (options.servers.length === 0)
    throw new LastroOptionsError('servers must name at least one business service');
  if (!/^[\x21-\x7e]+$/.test(options.key))
    throw new LastroOptionsError('key must be text without spaces, and not empty');
  return {
    ...resolveLimits(options),
    servers: [...new Set(options.servers)].map(parseServer),
    key: options.key,
    routing: options.routing ?? 'stay',
    random: options.random ?? Math.random,
    onFailover: options.onFailover,
  };
}

function resolveLimits(options: LastroClientOptions): typeof LIMIT_DEFAULTS {
  const limits = { ...LIMIT_DEFAULTS };
  for (const name of Object.keys(limits) as (keyof typeof limits)[]) {
    limits[name] = options[name] ?? limits[name];
    if (!Number.isSafeInteger(limits[name]) || limits[name] < 1) {
      throw new LastroOptionsError(`${name} must be a whole number from 1 up`);
    }
  }
  return limits;
}

function parseServer(url: string): URL {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !['http:', 'https:'].includes(parsed.protocol)) {
    throw new LastroOptionsError(
      `'${withoutUser(url)}' is not the URL of a server: write it like http://127.0.0.1:7401`,
    );
  }
  // A server's URL is in messages and reports.
  if (parsed.username !== '' || parsed.password !== '') {
    throw new LastroOptionsError(
      `'${withoutUser(url)}' has a user or a password before the @: what proves who you are is the key`,
    );
  }
  return parsed;
}

function withoutUser(url: string): string {
  return url.replace(/\/\/.*@/s, '//***@');
}
