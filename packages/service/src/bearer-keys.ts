import { hash, timingSafeEqual } from 'node:crypto';
import { ConfigError } from './config.ts';

/** What a key may do. Each includes the ones before it. */
export const SCOPES = ['read', 'operate', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** Who sent a request. */
export interface Principal {
  readonly name: string;
  readonly scope: Scope;
}

interface HashedKey {
  readonly digest: Buffer;
  readonly principal: Principal;
}

/** The keys that a service accepts, hashed: the keys themselves are not kept in memory. */
export class BearerKeys {
  readonly #keys: HashedKey[] = [];

  /** @throws ConfigError when the key is somebody else's already: nobody could tell who sent a request. */
  add(key: string, principal: Principal): this {
    const digest = digestOf(key);
    const owner = this.#keys.find((known) => known.digest.equals(digest))?.principal.name;
    if (owner !== undefined) throw new ConfigError(`${owner} and ${principal.name} have the same key`);
    this.#keys.push({ digest, principal });
    return this;
  }

  /**
   * Who the `Authorization` header proves to be, or `undefined`. Takes the same time for a key that is
   * almost right as for one that is all wrong: digests are compared, in constant time, and none is skipped.
   */
  authenticate(header: string | undefined): Principal | undefined {
    const token = header?.match(/^Bearer ([\x21-\x7e]{1,512})$/i)?.[1];
    if (token === undefined) return undefined;
    const digest = digestOf(token);
    let found: Principal | undefined;
    for (const key of this.#keys) {
      if (timingSafeEqual(key.digest, digest)) found = key.principal;
    }
    return found;
  }
}

/** Whether a key with `held` may use a route that asks for `needed`. */
export function includesScope(held: Scope, needed: Scope): boolean {
  return SCOPES.indexOf(held) >= SCOPES.indexOf(needed);
}

function digestOf(key: string): Buffer {
  // As text: Node takes twice as long to give the digest as bytes, and every request passes here.
  return Buffer.from(hash('sha256', key, 'hex'), 'latin1');
}
