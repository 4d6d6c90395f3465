import assert from 'node:assert/strict';
import {
  type Account,
  type AppliedOperation,
  applyBatch,
  type LedgerView,
  type OperationContent,
} from '../src/index.ts';

/** The smallest ledger that keeps what `applyBatch` says: what a storage engine does, without the disk. */
export class LedgerModel {
  readonly #accounts = new Map<string, Account>();
  readonly #operations = new Map<string, AppliedOperation>();

  view(): LedgerView<AppliedOperation> {
    return {
      sequence: this.#operations.size,
      accountCount: this.#accounts.size,
      findAccount: (id) => this.#accounts.get(id),
      findOperation: (id) => this.#operations.get(id),
    };
  }

  /** Applies and keeps a batch without conflicts; the result of each operation, in order. */
  apply(batch: readonly OperationContent[]): AppliedOperation[] {
    const { outcomes, applied, opened, changed } = applyBatch(this.view(), batch);
    for (const account of [...opened, ...changed]) this.#accounts.set(account.id, account);
    for (const operation of applied) this.#operations.set(operation.content.id, operation);
    return outcomes.map((outcome) => {
      assert(outcome.kind !== 'conflict');
      return outcome.kind === 'replayed' ? outcome.stored : applied[outcome.appliedIndex]!;
    });
  }

  accounts(): Map<string, Account> {
    return new Map(this.#accounts);
  }

  operations(): AppliedOperation[] {
    return [...this.#operations.values()];
  }
}
