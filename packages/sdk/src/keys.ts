import type {
  AuditEvent,
  AuditPage,
  AuditQuery,
  IssuedKey,
  Key,
  KeyListQuery,
  KeyPage,
  NewKey,
  RotateKeyRequest,
} from '@lastro/contract';
import { everyRow } from './pages.ts';
import { queryString } from './query-string.ts';
import type { Requester } from './requester.ts';

/** The keys of a bank, for administrators. */
export class Keys {
  readonly #requester: Requester;

  constructor(requester: Requester) {
    this.#requester = requester;
  }

  /**
   * Makes a key, which is shown this once. It is asked for once: when the answer gets lost, and with it the key, rotate it.
   *
   * @throws LastroUnreachableError `mayHaveBeenTaken` when it may be there and nobody has seen it.
   */
  async create(request: NewKey): Promise<IssuedKey> {
    return this.#requester.change('POST', '/v1/keys', { body: request, once: true });
  }

  /**
   * Puts another key in its place, which is shown this once; the old one is refused at once, or after `overlapSeconds`. It
   * is asked for once: a second time would end the overlap of the old one.
   *
   * @throws LastroUnreachableError `mayHaveBeenTaken` when the old key may be replaced by one that nobody has seen.
   */
  async rotate(name: string, request: RotateKeyRequest = {}): Promise<IssuedKey> {
    return this.#requester.change('POST', `${pathOf(name)}/rotate`, { body: request, once: true });
  }

  /** Ends a key for good. */
  async revoke(name: string): Promise<void> {
    await this.#requester.change('DELETE', pathOf(name), { mayBeEmpty: true });
  }

  /** One page of the keys, in the order of their names; never the keys themselves. */
  async list(query: KeyListQuery = {}): Promise<KeyPage> {
    return this.#requester.get(`/v1/keys${queryString(query)}`);
  }

  /** Every key, page after page. */
  all(query: Omit<KeyListQuery, 'cursor'> = {}): AsyncGenerator<Key, void, void> {
    return everyRow(
      (cursor) => this.list({ ...query, ...cursor }),
      ({ keys }) => keys,
    );
  }

  /** Who changed what beside the ledger (keys, webhooks, monitors, schedules); newest first, page after page. */
  auditEvents(query: Omit<AuditQuery, 'cursor'> = {}): AsyncGenerator<AuditEvent, void, void> {
    return everyRow(
      (cursor) => this.#requester.get<AuditPage>(`/v1/audit${queryString({ ...query, ...cursor })}`),
      ({ events }) => events,
    );
  }
}

function pathOf(name: string): string {
  return `/v1/keys/${encodeURIComponent(name)}`;
}
