import { type Account, cashAccountId } from '@lastro/ledger';
import type { LedgerHead } from '../storage/store.ts';
import { PackedAccounts } from './packed-accounts.ts';

const CASH_PREFIX = cashAccountId('');

/**
 * Accounts as this process last wrote or read them. They are true exactly as long as the ledger stands at `head`, the
 * batch that they belong to. Whoever uses them compares that with the real head under its lock and drops everything
 * when another data service has committed since. So no lease and no clock is needed.
 */
export class AccountCache {
  readonly #sizeMax: number;
  readonly #accounts = new PackedAccounts();
  /** One for each currency. No batch names them: they are read when nothing is known, and stay until then. */
  readonly #cash = new Map<string, Account>();
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
    if (!holds) this.#clear();
    this.#head = head;
    return holds;
  }

  has(id: string): boolean {
    return id.startsWith(CASH_PREFIX) ? this.#cash.has(id) : this.#accounts.has(id);
  }

  get(id: string): Account | undefined {
    return id.startsWith(CASH_PREFIX) ? this.#cash.get(id) : this.#accounts.get(id);
  }

  /** Remembers accounts as they stand at `head`. */
  remember(accounts: Iterable<Account>): void {
    for (const account of accounts) {
      if (account.id.startsWith(CASH_PREFIX)) this.#cash.set(account.id, account);
      else this.#accounts.set(account);
    }
  }

  /** The ledger moves to `head`, and these accounts with it. */
  advance(head: LedgerHead, accounts: Iterable<Account>): void {
    this.#head = head;
    this.remember(accounts);
    this.#shrink();
  }

  /**
   * Lets the accounts go that came first: who needs one reads it under the lock. Only between two batches, for one that
   * was told that an account is here must find it.
   */
  #shrink(): void {
    while (this.#accounts.size > this.#sizeMax) this.#accounts.deleteFirst();
  }

  /** Nothing that is remembered can be trusted any more. */
  forget(): void {
    this.#clear();
    this.#head = undefined;
  }

  #clear(): void {
    this.#accounts.clear();
    this.#cash.clear();
  }
}
