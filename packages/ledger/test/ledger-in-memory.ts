import assert from 'node:assert/strict';
import {
  type Account,
  type AppliedOperation,
  applyBatch,
  expiryIdOf,
  type Hold,
  type LedgerView,
  type OperationContent,
  type Outcome,
  reversibleOf,
} from '../src/index.ts';

/** What one operation of a batch comes to, whether it was new, repeated or replayed. */
export type Result = AppliedOperation | { readonly conflictWith: OperationContent | undefined };

export const SECONDS_BETWEEN_BATCHES = 10;

/**
 * The smallest ledger that keeps what `applyBatch` says: what a storage engine does, without the disk.
 * All that it hands out is frozen, so that a rule that changes its input throws.
 */
export class LedgerInMemory {
  readonly #accounts = new Map<string, Account>();
  readonly #operations = new Map<string, AppliedOperation>();
  readonly #holds = new Map<string, Hold>();
  readonly #reversed = new Map<number, number>();
  /** RFC 3339: the time of the next batch. */
  #now = '2026-11-22T12:00:00.000Z';

  view(): LedgerView<AppliedOperation> {
    return {
      sequence: this.#operations.size,
      accountCount: this.#accounts.size,
      postedAt: this.#now,
      findAccount: (id) => this.#accounts.get(id),
      findHold: (id) => this.#holds.get(id),
      findReversible: (id) => {
        const operation = this.#operations.get(id);
        return operation && reversibleOf(operation, this.#reversed.get(operation.sequence) ?? 0);
      },
      findOperation: (id) => this.#operations.get(id),
    };
  }

  /** Lets time pass, and ends the holds whose time is over then, as the bank does; the operations that ended them. */
  pass(seconds: number): OperationContent[] {
    this.#now = new Date(Date.parse(this.#now) + seconds * 1000).toISOString();
    const due = [...this.#holds.values()].filter(
      ({ status, expiresAt }) => status === 'open' && expiresAt !== undefined && expiresAt <= this.#now,
    );
    const expiries = due.map(({ id }): OperationContent => ({
      id: expiryIdOf(id),
      type: 'expiry',
      hold: id,
    }));
    if (expiries.length > 0) this.results(expiries);
    return expiries;
  }

  /** Applies and keeps a batch; the result of each operation, in order. */
  results(batch: readonly OperationContent[]): Result[] {
    const { outcomes, applied, opened, changed, amended, holds, reversals } = applyBatch(
      this.view(),
      deepFreeze(batch),
    );
    assert.equal(outcomes.length, batch.length);
    for (const account of [...opened, ...changed, ...amended])
      this.#accounts.set(account.id, deepFreeze({ ...account }));
    for (const hold of holds) this.#holds.set(hold.id, deepFreeze(hold));
    for (const { original, reversed } of reversals) this.#reversed.set(original, reversed);
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

  holds(): Map<string, Hold> {
    return new Map(this.#holds);
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

/** A ledger that has lived through all of `history`. */
export function ledgerAfter(history: readonly (readonly OperationContent[])[]): LedgerInMemory {
  const ledger = new LedgerInMemory();
  for (const batch of history) {
    ledger.results(batch);
    ledger.pass(SECONDS_BETWEEN_BATCHES);
  }
  return ledger;
}
