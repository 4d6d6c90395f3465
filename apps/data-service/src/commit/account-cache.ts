import type { Account } from '@lastro/ledger';
import type { LedgerHead } from '../storage/store.ts';

/**
 * Accounts as this process last wrote or read them. They are true exactly as long as the ledger stands at `head`, the
 * batch that they belong to. Whoever uses them compares that with the real head under its lock and drops everything
 * when another data service has committed since. So no lease and no clock is needed.
 */
export class AccountCache {
  readonly #sizeMax: number;
  readonly #accounts = new Map<string, Account>();
  #head: LedgerHead | undefined;

  constructor(sizeMax: number) {
    this.#sizeMax = sizeMax;
  }

  /** Where the ledger has to stand for the accounts to be true; `undefined`: nothing is known. */
  get head(): LedgerHead | undefined {
    return this.#head;
  }

  /** Called with the head that was just locked. Whether what was remembered still holds. */
  fence(head: LedgerHead): boolean {
    const holds = this.#head?.batch === head.batch && this.#head.hash.equals(head.hash);
    if (!holds) this.#accounts.clear();
    this.#head = head;
    return holds;
  }

  has(id: string): boolean {
    return this.#accounts.has(id);
  }

  get(id: string): Account | undefined {
    return this.#accounts.get(id);
  }

  /** Remembers accounts as they stand at `head`. */
  remember(accounts: Iterable<Account>): void {
    for (const account of accounts) this.#accounts.set(account.id, account);
  }

  /** The ledger moves to `head`, and these accounts with it. */
  advance(head: LedgerHead, accounts: Iterable<Account>): void {
    this.#head = head;
    this.remember(accounts);
    // Bounded: past the limit all of it is read anew, a page of memory for a few milliseconds of reading.
    if (this.#accounts.size > this.#sizeMax) this.forget();
  }

  /** Nothing that is remembered can be trusted any more. */
  forget(): void {
    this.#accounts.clear();
    this.#head = undefined;
  }
}
