import type { Account, WorkingAccount } from './account.ts';

/** Finds an account as it stood before the batch. */
export type FindAccount = (id: string) => Account | undefined;

type UndoStep = () => void;

/**
 * The accounts that a batch touches, as they stand in the middle of it. What was there before is
 * never modified: an account is copied when it is first asked for. Between `begin` and `rollback`
 * every change can be taken back, which is how an atomic group posts all or none (I3).
 */
export class WorkingAccounts {
  readonly #find: FindAccount;
  /** Copies of what was there before, and beside each the original: in the same order, and never removed. */
  readonly #copies = new Map<string, WorkingAccount>();
  readonly #originals: Account[] = [];
  readonly #opened = new Map<string, WorkingAccount>();
  #undo: UndoStep[] | undefined;

  constructor(find: FindAccount) {
    this.#find = find;
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
    this.#undo?.push(() => this.#opened.delete(account.id));
  }

  /** Adds one entry to `account`, which `get` gave: its new balance, and its place in the account's chain. */
  addEntry(account: Account, balance: number, sequence: number): void {
    const working: WorkingAccount = account;
    if (this.#undo !== undefined) {
      const { balance: oldBalance, entryCount, lastSequence } = working;
      this.#undo.push(() => Object.assign(working, { balance: oldBalance, entryCount, lastSequence }));
    }
    working.balance = balance;
    working.entryCount += 1;
    working.lastSequence = sequence;
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
    const changed: Account[] = [];
    let index = 0;
    for (const copy of this.#copies.values()) {
      // Many a copy is equal to its original: it was only looked at, or its group was rolled back.
      if (copy.entryCount !== this.#originals[index++]?.entryCount) changed.push(copy);
    }
    return changed;
  }
}
