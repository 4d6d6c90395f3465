import { type Authenticator, type BearerKeys, bearerOf, digestOf, type Principal } from '@lastro/service';
import type { KeyRing } from './key-ring.ts';
import type { TokenVerifier } from './token-verifier.ts';
import type { UnknownKeys } from './unknown-keys.ts';

/** Tells who sends a request: the administrator, a key of the ledger, or somebody whom the identity provider vouches for. */
export class Principals implements Authenticator {
  readonly #settings: BearerKeys;
  readonly #ring: KeyRing;
  readonly #unknown: UnknownKeys;
  readonly #tokens: TokenVerifier | undefined;

  /** `tokens`: absent where there is no identity provider. */
  constructor(settings: BearerKeys, ring: KeyRing, unknown: UnknownKeys, tokens?: TokenVerifier) {
    this.#settings = settings;
    this.#ring = ring;
    this.#unknown = unknown;
    this.#tokens = tokens;
  }

  /** A key costs one hash and two look-ups, and no promise; only what is not known is looked for, or verified where it is a token. */
  authenticate(header: string | undefined): Principal | undefined | Promise<Principal | undefined> {
    const bearer = bearerOf(header);
    if (bearer === undefined) return undefined;
    const digest = digestOf(bearer);
    const known = this.#settings.find(digest) ?? this.#ring.find(digest);
    return known ?? this.#unknown.find(bearer, digest) ?? this.#tokens?.verify(bearer);
  }
}
