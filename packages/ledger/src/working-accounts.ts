import type { Account, WorkingAccount } from './account.ts';
import type { UndoLog } from './undo-log.ts';

/** Finds an account as it stood before the batch. */
export type FindAccount = (id: string) => Account | undefined;

/** What an operation changes of an account beside its entries. */
export type Amendment = Partial<Pick<Account, 'held' | 'status' | 'overdraftLimit'>>;

/**
 * The accounts that a batch touches, as they stand in the middle of it. What was there before is
 * never modified: an account is copied when it is first asked for.
 */
export class WorkingAccounts {
  readonly #find: FindAccount;
  readonly #undo: UndoLog;
  /** Copies of what was there before, and beside each the original: in the same order, and never removed. */
  readonly #copies = new Map<string, WorkingAccount>();
  readonly #originals: Account[] = [];
  readonly #opened = new Map<string, WorkingAccount>();
  #anyAmended = false;

  constructor(find: FindAccount, undo: UndoLog) {
    this.#find = find;
    this.#undo = undo;
  }

  /** The account as it stands now. The same object shows later changes. */
  get(id: string): Account | undefined {
    return (
      this.#copies.get(id) ?? (this.#opened.size > 0 ? this.#opened.get(id) : undefined) ?? this.#copy(id)
    );
  }

  #copy(id: string): Account | undefined {
    const original = this.#find(id);
    if (original === undefined) return undefined;
    const copy = { ...original };
    this.#copies.set(id, copy);
    this.#originals.push(original);
    return copy;
  }

  open(account: Account): void {
    this.#opened.set(account.id, { ...account });
    this.#undo.push(() => this.#opened.delete(account.id));
  }

  /** Adds one entry to `account`, which `get` gave: its new balance, and its place in the account's chain. */
  addEntry(account: Account, balance: number, sequence: number): void {
    const working: WorkingAccount = account;
    if (this.#undo.isOpen) {
      const { balance: oldBalance, entryCount, lastSequence } = working;
      this.#undo.push(() => Object.assign(working, { balance: oldBalance, entryCount, lastSequence }));
    }
    working.balance = balance;
    working.entryCount += 1;
    working.lastSequence = sequence;
  }

  /** Changes `account`, which `get` gave. */
  amend(account: Account, amendment: Amendment): void {
    const { held, status, overdraftLimit } = account;
    this.#undo.push(() => Object.assign(account, { held, status, overdraftLimit }));
    Object.assign(account, amendment);
    this.#anyAmended = true;
  }

  /** The accounts opened in this batch, in order of their numbers. */
  opened(): Account[] {
    return [...this.#opened.values()];
  }

  /** The accounts that were there before and have new entries. */
  changed(): Account[] {
    return this.#differing((copy, original) => copy.entryCount !== original.entryCount);
  }

  /** The accounts that were there before and were amended. */
  amended(): Account[] {
    if (!this.#anyAmended) return [];
    return this.#differing(
      (copy, original) =>
        copy.held !== original.held ||
        copy.status !== original.status ||
        copy.overdraftLimit !== original.overdraftLimit,
    );
  }

  /** Many a copy is equal to its original: it was only looked at, or its group was rolled back. */
  #differing(differs: (copy: Account, original: Account) => boolean): Account[] {
    const differing: Account[] = [];
    let index = 0;
    for (const copy of this.#copies.values()) {
      if (differs(copy, this.#originals[index++]!)) differing.push(copy);
    }
    return differing;
  }
}
