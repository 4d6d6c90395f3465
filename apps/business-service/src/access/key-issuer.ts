import { randomBytes } from 'node:crypto';
import {
  type IssuedKey,
  type Key,
  type NewKey,
  type Problem,
  PROBLEMS,
  type RotateKeyRequest,
  type StoreKeyRequest,
  type StoreRevocationRequest,
  type StoreRotationRequest,
} from '@lastro/contract';
import { ADMIN_NAME, digestOf, ProblemError } from '@lastro/service';
import type { LedgerReads } from '../api/ledger-reads.ts';
import { keptInstant } from '../kept-instant.ts';

const KEY_SIZE_BYTES = 32;

/**
 * Makes, rotates and revokes keys. A key is made here and only its digest leaves; the ledger keeps that, so nothing works
 * without it. Each call may reach the ledger twice, and takes effect once.
 */
export class KeyIssuer {
  readonly #ledger: LedgerReads;
  readonly #refresh: () => Promise<void>;

  /** `refresh` makes this service know at once what has changed; the others find out by themselves. */
  constructor(ledger: LedgerReads, refresh: () => Promise<void>) {
    this.#ledger = ledger;
    this.#refresh = refresh;
  }

  /** @throws ProblemError `key_exists` or `ledger_unavailable` */
  async create(request: NewKey, by: string): Promise<IssuedKey> {
    const { name, expiresAt } = request;
    if (name === ADMIN_NAME)
      throw new ProblemError('key_exists', `'${name}' is the key in the settings of the services.`);
    const key = newKey();
    const stored: StoreKeyRequest = {
      ...request,
      ...(expiresAt === undefined ? {} : { expiresAt: keptInstant(expiresAt) }),
      digest: digestOf(key),
      by,
    };
    return { ...(await this.#change('/v1/keys', stored)), key };
  }

  /** @throws ProblemError `key_not_found`, `key_revoked` or `ledger_unavailable` */
  async rotate(name: string, { overlapSeconds = 0 }: RotateKeyRequest, by: string): Promise<IssuedKey> {
    const key = newKey();
    const stored: StoreRotationRequest = { digest: digestOf(key), overlapSeconds, by };
    return { ...(await this.#change(`/v1/keys/${name}/rotate`, stored)), key };
  }

  /** What is revoked already stays so. @throws ProblemError `key_not_found` or `ledger_unavailable` */
  async revoke(name: string, by: string): Promise<void> {
    const stored: StoreRevocationRequest = { by };
    await this.#change(`/v1/keys/${name}/revoke`, stored);
  }

  async #change(path: string, change: object): Promise<Key> {
    const { status, body } = await this.#ledger.ask(path, Buffer.from(JSON.stringify(change)));
    if (status >= 400) throw problemOf(body);
    const key = JSON.parse(body) as Key;
    // It is done, whether this service can see it already or not.
    await this.#refresh().catch(() => undefined);
    return key;
  }
}

/** Recognisable, so that scanners find one that got where it should not be: `lastro_` and 64 hexadecimal digits. */
function newKey(): string {
  return `lastro_${randomBytes(KEY_SIZE_BYTES).toString('hex')}`;
}

function problemOf(body: string): ProblemError {
  const { code, detail } = JSON.parse(body) as Partial<Problem>;
  if (code === undefined || !Object.hasOwn(PROBLEMS, code)) return new ProblemError('ledger_unavailable');
  return new ProblemError(code, detail);
}
