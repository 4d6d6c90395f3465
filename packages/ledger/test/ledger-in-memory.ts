import assert from 'node:assert/strict';
import {
  type Account,
  type AppliedOperation,
  applyBatch,
  type LedgerView,
  type OperationContent,
  type Outcome,
} from '../src/index.ts';

/** What one operation of a batch comes to, whether it was new, repeated or replayed. */
export type Result = AppliedOperation | { readonly conflictWith: OperationContent | undefined };

/**
 * The smallest ledger that keeps what `applyBatch` says: what a storage engine does, without the disk.
 * All that it hands out is frozen, so that a rule that changes its input throws.
 */
export class LedgerInMemory {
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

  /** Applies and keeps a batch; the result of each operation, in order. */
  results(batch: readonly OperationContent[]): Result[] {
    const { outcomes, applied, opened, changed } = applyBatch(this.view(), deepFreeze(batch));
    assert.equal(outcomes.length, batch.length);
    for (const account of [...opened, ...changed]) this.#accounts.set(account.id, deepFreeze({ ...account }));
    for (const operation of applied) this.#operations.set(operation.content.id, deepFreeze(operation));
    return outcomes.map((outcome) => resultOf(outcome, applied));
  }

  /** As `results`, for a batch without conflicts. */
  apply(batch: readonly OperationContent[]): AppliedOperation[] {
    return this.results(batch).map((result) => {
      assert('status' in result, 'no operation of this batch is a conflict');
      return result;
    });
  }

  accounts(): Map<string, Account> {
    return new Map(this.#accounts);
  }

  /** In sequence order. */
  operations(): AppliedOperation[] {
    return [...this.#operations.values()];
  }
}

function resultOf(outcome: Outcome<AppliedOperation>, applied: readonly AppliedOperation[]): Result {
  const indexed = 'appliedIndex' in outcome ? applied[outcome.appliedIndex] : undefined;
  const found = indexed ?? ('stored' in outcome ? outcome.stored : undefined);
  if (outcome.kind === 'conflict') return { conflictWith: found?.content };
  assert(found !== undefined, 'an operation that is no conflict has a result');
  return found;
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFreeze(part);
  }
  return value;
}
