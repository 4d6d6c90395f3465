import type { BatchAnswer } from '@lastro/contract';
import { accountId, AccountPicker } from '../load/accounts.ts';
import { OperationIds } from '../load/operation-ids.ts';
import { OVERDRAFT_LIMIT } from '../contenders/contender.ts';
import { readJson } from '../processes/read-json.ts';

const BATCH_SIZE = 5000;
/** While one batch is committed, the next is on its way. */
const BATCHES_IN_FLIGHT = 2;
const AMOUNT_MAX = 1000;
/** One in so many has a description: details are part of a record. */
const DESCRIBED = 10;

/** Fills a ledger as a business service does, without one: batches straight to a data service. */
export class LedgerFiller {
  readonly #url: string;
  readonly #key: string;
  readonly #ids = new OperationIds();
  readonly #picker: AccountPicker;
  #written = 0;

  /** `key`: the credential of a business service. */
  constructor(url: string, key: string, accountCount: number, seed: number) {
    this.#url = `${url}/v1/batches`;
    this.#key = key;
    this.#picker = new AccountPicker({ count: accountCount }, seed);
  }

  /** Operations that were posted since the start. */
  get written(): number {
    return this.#written;
  }

  async openAccounts(count: number): Promise<void> {
    let opened = 0;
    await this.#inFlight(() => {
      if (opened >= count) return undefined;
      const size = Math.min(BATCH_SIZE, count - opened);
      const first = opened;
      opened += size;
      return Array.from({ length: size }, (_, index) => ({
        type: 'open',
        account: accountId(first + index),
        currency: 'BRL',
        overdraftLimit: OVERDRAFT_LIMIT,
      }));
    });
  }

  /** Posts transfers until `count` more are in the ledger, or `signal` says that it is enough. */
  async transfer(count: number, signal?: AbortSignal): Promise<void> {
    let sent = 0;
    await this.#inFlight(() => {
      if (sent >= count || signal?.aborted === true) return undefined;
      const size = Math.min(BATCH_SIZE, count - sent);
      sent += size;
      return Array.from({ length: size }, () => this.#transfer());
    });
  }

  #transfer(): object {
    const [from, to] = this.#picker.two();
    const number = this.#written + this.#picker.one();
    const description = number % DESCRIBED === 0 ? { description: `invoice ${number}` } : {};
    return {
      type: 'transfer',
      from: accountId(from),
      to: accountId(to),
      amount: (number % AMOUNT_MAX) + 1,
      ...description,
    };
  }

  /** Sends what `nextBatch` gives until it gives no more. */
  async #inFlight(nextBatch: () => readonly object[] | undefined): Promise<void> {
    const send = async (): Promise<void> => {
      for (let batch = nextBatch(); batch !== undefined; batch = nextBatch()) await this.#send(batch);
    };
    await Promise.all(Array.from({ length: BATCHES_IN_FLIGHT }, send));
  }

  async #send(contents: readonly object[]): Promise<void> {
    const acceptedAt = new Date().toISOString();
    const operations = contents.map((content) => ({ id: this.#ids.next(), ...content, acceptedAt }));
    const { results } = await readJson<BatchAnswer>(this.#url, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.#key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ operations }),
    });
    const other = results.find((result) => !('operation' in result) || result.operation.status !== 'posted');
    if (other !== undefined) throw new Error(`an operation was not posted: ${JSON.stringify(other)}`);
    this.#written += operations.length;
  }
}
