import type { Account, WorkingAccount } from './account.ts';

/** Finds an account as it stood before the batch. */
export type FindAccount = (id: string) => Account | undefined;

type UndoStep = () => void;

/**
 * The accounts that a batch touches, as they stand in the middle of it. What was there before is
 * never modified: an account is copied when it is first touched. Between `begin` and `rollback`
 * every change can be taken back, which is how an atomic group posts all or none (I3).
 */
export class WorkingAccounts {
  readonly #find: FindAccount;
  readonly #touched = new Map<string, WorkingAccount>();
  readonly #opened = new Map<string, WorkingAccount>();
  #undo: UndoStep[] | undefined;

  constructor(find: FindAccount) {
    this.#find = find;
  }

  get(id: string): Account | undefined {
    return this.#opened.get(id) ?? this.#touched.get(id) ?? this.#find(id);
  }

  open(account: Account): void {
    this.#opened.set(account.id, { ...account });
    this.#undo?.push(() => this.#opened.delete(account.id));
  }

  /** Adds one entry to `account`: its new balance, and its place in the account's chain. */
  addEntry(account: Account, balance: number, sequence: number): WorkingAccount {
    const working = this.#workingCopy(account);
    const { balance: oldBalance, entryCount, lastSequence } = working;
    this.#undo?.push(() => Object.assign(working, { balance: oldBalance, entryCount, lastSequence }));
    working.balance = balance;
    working.entryCount = entryCount + 1;
    working.lastSequence = sequence;
    return working;
  }

  begin(): void {
    this.#undo = [];
  }

  commit(): void {
    this.#undo = undefined;
  }

  rollback(): void {
    for (const step of this.#undo?.reverse() ?? []) step();
    this.#undo = undefined;
  }

  /** The accounts opened in this batch, in order of their numbers. */
  opened(): Account[] {
    return [...this.#opened.values()];
  }

  /** The accounts that were there before and have new entries. */
  changed(): Account[] {
    // A group that was rolled back may have left a copy that is equal to what was there before.
    return [...this.#touched.values()].filter(
      (account) => account.entryCount !== this.#find(account.id)?.entryCount,
    );
  }

  #workingCopy(account: Account): WorkingAccount {
    const known = this.#opened.get(account.id) ?? this.#touched.get(account.id);
    if (known !== undefined) return known;
    const copy = { ...account };
    this.#touched.set(account.id, copy);
    return copy;
  }
}
