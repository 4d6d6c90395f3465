import { ACCOUNT_GRANT_PATTERN, SCOPES, type Scope, SENDER_NAME_PATTERN } from '@lastro/contract';
import { ADMIN_NAME, type Principal, ProblemError } from '@lastro/service';
import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify, type JWTVerifyGetKey } from 'jose';
import { AccountGrant } from './account-grant.ts';

/** Those that need no secret of the identity provider's here: with any other, who can check a token could make one. */
const ALGORITHMS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];

export interface TokenVerifierOptions {
  /** Where the identity provider publishes its keys. */
  readonly jwksUrl: string;
  readonly issuer: string;
  readonly audience: string;
  /** How far the clocks may be apart. */
  readonly clockToleranceSeconds: number;
  /** Longest wait for the provider's keys. */
  readonly jwksTimeoutMs: number;
  /** How old they may be before they are fetched again. */
  readonly jwksAgeMaxMs: number;
  /** Least time before they are fetched again for the sake of a key that is not among them. */
  readonly jwksCooldownMs: number;
}

/** Has two dots, as the tokens of RFC 7519 have in their signed form. */
const TOKEN = /^[\w-]+\.[\w-]+\.[\w-]*$/;
const SENDER_NAME = new RegExp(SENDER_NAME_PATTERN);
const ACCOUNT_GRANT = new RegExp(ACCOUNT_GRANT_PATTERN);

/** Verifies tokens of one identity provider. */
export class TokenVerifier {
  readonly #options: TokenVerifierOptions;
  readonly #keys: JWTVerifyGetKey;

  constructor(options: TokenVerifierOptions) {
    this.#options = options;
    this.#keys = createRemoteJWKSet(new URL(options.jwksUrl), {
      timeoutDuration: options.jwksTimeoutMs,
      cacheMaxAge: options.jwksAgeMaxMs,
      cooldownDuration: options.jwksCooldownMs,
    });
  }

  /** Whom the token speaks for; `undefined` for what is no token. @throws ProblemError in the promise, that says why not. */
  verify(token: string): Promise<Principal> | undefined {
    return TOKEN.test(token) ? this.#verify(token) : undefined;
  }

  async #verify(token: string): Promise<Principal> {
    const { issuer, audience, clockToleranceSeconds } = this.#options;
    try {
      const { payload } = await jwtVerify(token, this.#keys, {
        issuer,
        audience,
        algorithms: ALGORITHMS,
        clockTolerance: clockToleranceSeconds,
        requiredClaims: ['sub', 'exp'],
      });
      return principalOf(payload);
    } catch (error) {
      throw problemOf(error);
    }
  }
}

function principalOf({ sub = '', scope, lastro_accounts: accounts }: JWTPayload): Principal {
  if (!SENDER_NAME.test(sub) || sub === ADMIN_NAME)
    throw new ProblemError('unauthorized', 'The subject of the token is no name that can be used here.');
  const highest = highestScope(scope);
  if (highest === undefined) {
    const scopes = SCOPES.map((name) => `lastro:${name}`).join(', ');
    throw new ProblemError('forbidden', `The token has none of the scopes ${scopes}.`);
  }
  return { name: sub, scope: highest, accounts: grantOf(accounts) };
}

/** What is not understood of a limit must not come out as no limit. */
function grantOf(accounts: unknown): AccountGrant | undefined {
  if (accounts === undefined) return undefined;
  const isList = Array.isArray(accounts) && accounts.every(isGrant);
  if (!isList) throw new ProblemError('forbidden', 'The claim lastro_accounts is no list of accounts.');
  return new AccountGrant(accounts as string[]);
}

function isGrant(account: unknown): boolean {
  return typeof account === 'string' && ACCOUNT_GRANT.test(account);
}

function highestScope(claim: unknown): Scope | undefined {
  const held = typeof claim === 'string' ? claim.split(' ') : [];
  return SCOPES.findLast((scope) => held.includes(`lastro:${scope}`));
}

/** Says what is wrong with a token, or with its provider, and nothing of what is in it. */
function problemOf(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error instanceof errors.JWTExpired) return new ProblemError('unauthorized', 'The token has expired.');
  if (error instanceof errors.JWTClaimValidationFailed)
    return new ProblemError(
      'unauthorized',
      `The claim ${error.claim} of the token is not as it must be here.`,
    );
  if (TOKEN_FAULTS.some((fault) => error instanceof fault))
    return new ProblemError('unauthorized', 'The token is not one that is valid here.');
  return new ProblemError('identity_provider_unavailable', undefined, { cause: error });
}

/** The token's own; whatever else goes wrong is the provider's, which is asked in between. */
const TOKEN_FAULTS = [
  errors.JWTInvalid,
  errors.JWSInvalid,
  errors.JWSSignatureVerificationFailed,
  errors.JWKSNoMatchingKey,
  errors.JWKSMultipleMatchingKeys,
  errors.JOSEAlgNotAllowed,
  errors.JOSENotSupported,
];
