import type { Account } from './account.ts';
import type { OperationContent } from './operation.ts';
import type { Reason } from './reason.ts';

/** One side of a posted operation, as an account sees it. */
export interface Entry {
  readonly accountNumber: number;
  readonly accountId: string;
  /** 1, 2, 3... within the account. */
  readonly entry: number;
  /** Sequence of the account's entry before this one; 0 for the first. The account's own chain. */
  readonly previousSequence: number;
  /** Minor units, after this operation. */
  readonly balance: number;
}

/** Two entries that cancel out: the debited account pays, the credited account receives. */
export interface Posting {
  readonly debit: Entry;
  readonly credit: Entry;
  readonly currency: string;
}

/** An operation with its final result and its place in the ledger. Never changes again (I6). */
export type AppliedOperation<Content extends OperationContent = OperationContent> =
  | {
      readonly status: 'posted';
      readonly sequence: number;
      readonly content: Content;
      /** Absent for `open`, which moves no money. */
      readonly posting?: Posting;
    }
  | {
      readonly status: 'rejected';
      readonly sequence: number;
      readonly content: Content;
      readonly reason: Reason;
    };

/** What one operation of a batch comes to. */
export type Outcome<Stored> =
  /** New to the ledger: `applied[appliedIndex]`, written with this batch. */
  | { readonly kind: 'applied'; readonly appliedIndex: number }
  /** Sent twice in one batch: the first answers for both (I2). */
  | { readonly kind: 'repeated'; readonly appliedIndex: number }
  /** Sent again: the ledger has it, and its stored result answers (I2, I6). */
  | { readonly kind: 'replayed'; readonly stored: Stored }
  /**
   * The id, or that of a neighbour in the atomic group, belongs to an operation with another content;
   * nothing changes (I7). `stored` or `appliedIndex` is the operation that owns the id, if one does.
   */
  | { readonly kind: 'conflict'; readonly stored?: Stored; readonly appliedIndex?: number };

/** Everything that a batch does to the ledger. */
export interface BatchOutcome<Content extends OperationContent, Stored> {
  /** One for each operation of the batch, in its order. */
  readonly outcomes: readonly Outcome<Stored>[];
  /** The new operations, in sequence order. */
  readonly applied: readonly AppliedOperation<Content>[];
  /** Each account that was opened, in order, as it stands after the batch. */
  readonly opened: readonly Account[];
  /** Each account that was there before and has new entries, as it stands after the batch. */
  readonly changed: readonly Account[];
}
