import type { Account } from '@lastro/ledger';
import type { LedgerHead } from '../store.ts';

/**
 * Accounts as this process last wrote or read them. They are true exactly as long as the head row is the
 * one that this process wrote last; `fence` compares, under the lock, and drops everything when another
 * data service has committed since. So no lease and no clock is needed.
 */
export class AccountCache {
  readonly #sizeMax: number;
  readonly #accounts = new Map<string, Account>();
  #trueAt: LedgerHead | undefined;

  constructor(sizeMax: number) {
    this.#sizeMax = sizeMax;
  }

  /** Called with the head that was just locked. Whether what was remembered still holds. */
  fence(head: LedgerHead): boolean {
    const holds = this.#trueAt?.batch === head.batch && this.#trueAt.hash.equals(head.hash);
    if (!holds) this.#accounts.clear();
    this.#trueAt = head;
    return holds;
  }

  has(id: string): boolean {
    return this.#accounts.has(id);
  }

  get(id: string): Account | undefined {
    return this.#accounts.get(id);
  }

  /** Remembers accounts as they were read under the head that `fence` was last called with. */
  remember(accounts: Iterable<Account>): void {
    for (const account of accounts) this.#accounts.set(account.id, account);
  }

  /** After a commit of ours: the accounts as written, true at the head that we wrote. */
  committed(head: LedgerHead, accounts: Iterable<Account>): void {
    this.#trueAt = head;
    this.remember(accounts);
    // Bounded: past the limit all of it is read anew, a page of memory for a few milliseconds of reading.
    if (this.#accounts.size > this.#sizeMax) this.forget();
  }

  /** The outcome of a commit is not known: nothing that is remembered can be trusted. */
  forget(): void {
    this.#accounts.clear();
    this.#trueAt = undefined;
  }
}
