import { hash, timingSafeEqual } from 'node:crypto';
import { type Scope, SCOPES } from '@lastro/contract';
import { ConfigError } from './config.ts';

export type { Scope } from '@lastro/contract';

/** The name of the key in the settings of the services, which may do everything; no other has it. */
export const ADMIN_NAME = 'admin';

/** The accounts that a key is limited to. */
export interface AccountSet {
  /** Their ids, or how ids begin with `*` behind it. */
  readonly grants: readonly string[];
  includes(accountId: string): boolean;
}

/** Who sent a request. */
export interface Principal {
  readonly name: string;
  readonly scope: Scope;
  /** All that it may read and debit, for a customer's key. Absent: every account. */
  readonly accounts?: AccountSet | undefined;
  /** Absent: no limit. */
  readonly rateLimitPerSecond?: number | undefined;
}

/** Tells who sent a request. */
export interface Authenticator {
  /**
   * Who the `Authorization` header proves to be, or `undefined`. A promise only where that takes more than a look.
   *
   * @throws ProblemError in the promise, when nobody can tell now, or when there is more to say than no.
   */
  authenticate(header: string | undefined): Principal | undefined | Promise<Principal | undefined>;
}

/** Tokens of identity providers are much longer than keys. */
const BEARER = /^Bearer ([\x21-\x7e]{1,8192})$/i;

/** What an `Authorization` header carries, if that can be a key or a token at all. */
export function bearerOf(header: string | undefined): string | undefined {
  return header === undefined ? undefined : BEARER.exec(header)?.[1];
}

/** SHA-256 of a key, in hexadecimal. */
export function digestOf(key: string): string {
  // As text: Node takes twice as long to give the digest as bytes, and every request passes here.
  return hash('sha256', key, 'hex');
}

interface HashedKey {
  readonly digest: Buffer;
  readonly principal: Principal;
}

/** The keys in a service's settings, hashed: the keys themselves are not kept in memory. */
export class BearerKeys implements Authenticator {
  readonly #keys: HashedKey[] = [];

  /** @throws ConfigError when the key is somebody else's already: nobody could tell who sent a request. */
  add(key: string, principal: Principal): this {
    const digest = Buffer.from(digestOf(key), 'latin1');
    const owner = this.#keys.find((known) => known.digest.equals(digest))?.principal.name;
    if (owner !== undefined) throw new ConfigError(`${owner} and ${principal.name} have the same key`);
    this.#keys.push({ digest, principal });
    return this;
  }

  authenticate(header: string | undefined): Principal | undefined {
    const key = bearerOf(header);
    return key === undefined ? undefined : this.find(digestOf(key));
  }

  /**
   * Whose key has this digest. Takes the same time for a key that is almost right as for one that is all wrong: digests
   * are compared, in constant time, and none is skipped.
   */
  find(digestText: string): Principal | undefined {
    const digest = Buffer.from(digestText, 'latin1');
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
