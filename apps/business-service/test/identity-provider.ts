import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  exportJWK,
  generateKeyPair,
  type GenerateKeyPairResult,
  type JWK,
  type JWTPayload,
  SignJWT,
} from 'jose';

export const ISSUER = 'https://id.example/';
export const AUDIENCE = 'the-bank-of-the-tests';

/** How a token differs from a good one. */
export interface TokenChange {
  /** Claims to be set; undefined leaves one out. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** The key that signs, by the name that its header gives. */
  readonly kid?: string;
  /** The name that the header gives, where it is not the key's. */
  readonly claimedKid?: string;
}

/** An identity provider: real keys, real signatures, and a server that publishes them, or misbehaves. */
export class IdentityProvider {
  readonly #keys = new Map<string, { readonly algorithm: string; readonly pair: GenerateKeyPairResult }>();
  readonly #server: Server;
  /** What the server answers, where it does not answer with the published keys. */
  misbehaviour: 'answer-500' | 'answer-garbage' | 'answer-html' | 'never-answer' | undefined;
  /** How often it was asked. */
  asked = 0;
  /** The names of the keys that are published. */
  published: string[] = [];
  port = 0;

  constructor() {
    this.#server = createServer((_request, response) => {
      this.asked += 1;
      if (this.misbehaviour === 'never-answer') return;
      if (this.misbehaviour === 'answer-500') return void response.writeHead(500).end('oops');
      if (this.misbehaviour === 'answer-garbage') return void response.end('{"keys":7}');
      if (this.misbehaviour === 'answer-html') return void response.end('<h1>Sign in</h1>');
      void this.#jwks().then((keys) => response.end(JSON.stringify({ keys })));
    });
  }

  get jwksUrl(): string {
    return `http://127.0.0.1:${this.port}/jwks.json`;
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(this.port, '127.0.0.1', resolve));
    this.port = (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Makes a key pair and publishes its public half. */
  async addKey(kid: string, algorithm = 'ES256'): Promise<void> {
    this.#keys.set(kid, { algorithm, pair: await generateKeyPair(algorithm, { extractable: true }) });
    this.published.push(kid);
  }

  async publicKey(kid: string): Promise<JWK> {
    return exportJWK(this.#keys.get(kid)!.pair.publicKey);
  }

  /** A token that is good but for the change. */
  async token({ claims = {}, kid = 'first', claimedKid = kid }: TokenChange = {}): Promise<string> {
    const { algorithm, pair } = this.#keys.get(kid)!;
    return new SignJWT(claimsOf(claims))
      .setProtectedHeader({ alg: algorithm, kid: claimedKid })
      .sign(pair.privateKey);
  }

  async #jwks(): Promise<JWK[]> {
    return Promise.all(this.published.map(async (kid) => ({ ...(await this.publicKey(kid)), kid })));
  }
}

/** The claims of a good token, with the change. */
export function claimsOf(change: Readonly<Record<string, unknown>> = {}): JWTPayload {
  const nowSeconds = Math.floor(Date.now() / 1000);
  const all = {
    iss: ISSUER,
    aud: AUDIENCE,
    sub: 'alice@example',
    exp: nowSeconds + 600,
    scope: 'openid lastro:operate',
    ...change,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}
