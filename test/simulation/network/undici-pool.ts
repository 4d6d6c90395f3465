import { Pool } from 'undici';
import type { Mutation } from '../mutations/mutation.ts';
import type { World } from '../world/world.ts';
import type { Network } from './network.ts';

interface PoolRequest {
  readonly method: string;
  readonly path: string;
  readonly headers?: Record<string, string> | null;
  readonly body?: string | Buffer | null;
  readonly signal?: AbortSignal;
  readonly headersTimeout?: number;
}

/**
 * Puts the simulated network under every `Pool` of undici, so that the SDK and the business service's client run
 * as they are. A request belongs to the process that makes it. Returns what puts the real one back.
 */
export function replacePoolRequests(
  world: World,
  network: Network,
  mutation: Mutation | undefined,
): () => void {
  const sentBefore = new Set<string>();
  const mutate = (from: string, body: string | undefined) => {
    if (mutation?.resend === undefined || body === undefined || !from.startsWith('client')) return body;
    const isAgain = sentBefore.has(body);
    sentBefore.add(body);
    return isAgain ? mutation.resend(body, () => world.random.uuid()) : body;
  };
  const request = async function (this: Pool, options: PoolRequest) {
    const from = world.scheduler.owner;
    if (from === undefined) throw new Error('only a process can send a request');
    const response = await network.request(from, hostOf(this), {
      method: options.method,
      path: options.path,
      headers: options.headers ?? {},
      body: mutate(from.name, options.body?.toString()),
      signal: options.signal,
      // 0 means no limit, as the business service has it: it sets its own.
      timeoutMs: options.headersTimeout === 0 ? undefined : options.headersTimeout,
    });
    return {
      statusCode: response.status,
      headers: response.headers,
      body: { text: () => Promise.resolve(response.body) },
    };
  };
  // `request` is inherited: one of its own on this prototype hides it.
  Object.defineProperty(Pool.prototype, 'request', { value: request, configurable: true, writable: true });
  return () => {
    Reflect.deleteProperty(Pool.prototype, 'request');
  };
}

const hosts = new WeakMap<Pool, string>();

function hostOf(pool: Pool): string {
  const known = hosts.get(pool);
  if (known !== undefined) return known;
  const symbol = Object.getOwnPropertySymbols(pool).find(({ description }) => description === 'url');
  const url = symbol && (pool as unknown as Record<symbol, URL>)[symbol];
  if (url === undefined) throw new Error('this version of undici keeps the URL of a pool elsewhere');
  hosts.set(pool, url.hostname);
  return url.hostname;
}
