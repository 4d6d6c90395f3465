import { applyOperation } from './apply-operation.ts';
import { type OperationContent, sameContent } from './operation.ts';
import type { AppliedOperation, BatchOutcome, Outcome } from './outcome.ts';
import type { Reversible } from './reversible.ts';
import { reversibleOf } from './reverse-money.ts';
import { type Lookups, WorkingLedger } from './working-ledger.ts';

/** The ledger as it stands before a batch: everything that the rules may look at. */
export interface LedgerView<Stored extends { readonly content: OperationContent }> extends Lookups {
  /** Sequence of the newest operation; 0 in an empty ledger. */
  readonly sequence: number;
  /** How many accounts were ever opened; the next one gets this number plus one. */
  readonly accountCount: number;
  /** RFC 3339, UTC: the time of the batch. A hold is over when this reaches its expiry. */
  readonly postedAt: string;
  /** The operation that the ledger holds under an id, for every id in the batch. */
  readonly findOperation: (id: string) => Stored | undefined;
}

/**
 * Applies a batch, in order, and says everything that follows from it: one outcome for each operation,
 * the new operations with their sequences, and each touched account once, as it stands at the end.
 * Pure: the same view and the same batch always give the same outcome. It never throws for anything
 * that a client can cause; wrong shapes are a programmer's error and fail an assertion.
 */
export function applyBatch<
  Content extends OperationContent,
  Stored extends { readonly content: OperationContent },
>(view: LedgerView<Stored>, batch: readonly Content[]): BatchOutcome<Content, Stored> {
  return new BatchApplication<Content, Stored>(view).run(batch);
}

class BatchApplication<
  Content extends OperationContent,
  Stored extends { readonly content: OperationContent },
> {
  readonly #view: LedgerView<Stored>;
  readonly #ledger: WorkingLedger;
  readonly #applied: AppliedOperation<Content>[] = [];
  readonly #appliedIndexById = new Map<string, number>();
  readonly #outcomes: Outcome<Stored>[] = [];
  #accountCount: number;

  constructor(view: LedgerView<Stored>) {
    this.#view = view;
    this.#ledger = new WorkingLedger(view, view.postedAt);
    this.#accountCount = view.accountCount;
  }

  run(batch: readonly Content[]): BatchOutcome<Content, Stored> {
    for (let start = 0; start < batch.length;) {
      const end = endOfGroup(batch, start);
      if (batch[start]?.group === undefined) this.#applyOne(batch[start]!);
      else this.#applyGroup(batch.slice(start, end));
      start = end;
    }
    const { accounts, holds, reversals } = this.#ledger;
    return {
      outcomes: this.#outcomes,
      applied: this.#applied,
      opened: accounts.opened(),
      changed: accounts.changed(),
      amended: accounts.amended(),
      holds: holds.changed(),
      reversals: reversals.all(),
    };
  }

  #applyOne(content: Content): void {
    this.#outcomes.push(
      this.#knownOutcome(content) ?? { kind: 'applied', appliedIndex: this.#apply(content) },
    );
  }

  /** All of the group's operations post, or none does (I3). */
  #applyGroup(group: readonly Content[]): void {
    const known = group.map((content) => this.#knownOutcome(content));
    const idsAreUnique = new Set(group.map((content) => content.id)).size === group.length;
    if (idsAreUnique && known.every((outcome) => outcome === undefined)) return this.#applyNewGroup(group);
    // A group was stored whole, so a member that is new beside one that is known is another content (I7).
    for (const outcome of known) {
      this.#outcomes.push(outcome ?? { kind: 'conflict' });
    }
  }

  #applyNewGroup(group: readonly Content[]): void {
    const firstIndex = this.#applied.length;
    const accountCountBefore = this.#accountCount;
    this.#ledger.undo.begin();
    const failedIndex = group.findIndex(
      (content) => this.#applied[this.#apply(content)]?.status === 'rejected',
    );
    if (failedIndex === -1) this.#ledger.undo.commit();
    else {
      this.#ledger.undo.rollback();
      this.#accountCount = accountCountBefore;
      this.#rejectGroup(group, firstIndex, failedIndex);
    }
    for (const offset of group.keys())
      this.#outcomes.push({ kind: 'applied', appliedIndex: firstIndex + offset });
  }

  /** Every member is stored as rejected: the one that failed with its own reason, the rest because of it. */
  #rejectGroup(group: readonly Content[], firstIndex: number, failedIndex: number): void {
    const failed = this.#applied[firstIndex + failedIndex]!;
    this.#applied.length = firstIndex;
    for (const [offset, content] of group.entries()) {
      if (offset === failedIndex) this.#record(failed);
      else
        this.#record({
          status: 'rejected',
          sequence: this.#nextSequence(),
          content,
          reason: 'group_rejected',
          failedOperation: failed.content.id,
        });
    }
  }

  #knownOutcome(content: Content): Outcome<Stored> | undefined {
    const stored = this.#view.findOperation(content.id);
    if (stored !== undefined) {
      return sameContent(stored.content, content)
        ? { kind: 'replayed', stored }
        : { kind: 'conflict', stored };
    }
    const appliedIndex = this.#appliedIndexById.get(content.id);
    if (appliedIndex === undefined) return undefined;
    const kind = sameContent(this.#applied[appliedIndex]!.content, content) ? 'repeated' : 'conflict';
    return { kind, appliedIndex };
  }

  #apply(content: Content): number {
    const sequence = this.#nextSequence();
    const decision = applyOperation(this.#ledger, content, {
      sequence,
      nextAccountNumber: this.#accountCount + 1,
      findReversible: this.#findReversible,
    });
    if ('posting' in decision)
      return this.#record({ status: 'posted', sequence, content, posting: decision.posting });
    if ('reason' in decision)
      return this.#record({ status: 'rejected', sequence, content, reason: decision.reason });
    if ('parties' in decision)
      return this.#record({ status: 'posted', sequence, content, parties: decision.parties });
    this.#accountCount += 1;
    return this.#record({ status: 'posted', sequence, content });
  }

  readonly #findReversible = (id: string): Reversible | undefined => {
    const appliedIndex = this.#appliedIndexById.get(id);
    return appliedIndex === undefined
      ? this.#view.findReversible(id)
      : reversibleOf(this.#applied[appliedIndex]!, 0);
  };

  #nextSequence(): number {
    return this.#view.sequence + this.#applied.length + 1;
  }

  #record(operation: AppliedOperation<Content>): number {
    this.#appliedIndexById.set(operation.content.id, this.#applied.length);
    return this.#applied.push(operation) - 1;
  }
}

/**
 * Where the atomic group that starts at `start` ends (exclusive). The group's name is the id of its first
 * operation, so the same group sent twice in a row is seen as two.
 */
function endOfGroup(batch: readonly OperationContent[], start: number): number {
  const group = batch[start]?.group;
  let end = start + 1;
  while (group !== undefined && batch[end]?.group === group && batch[end]?.id !== group) end += 1;
  return end;
}
