import type { Account } from './account.ts';
import type { Hold } from './hold.ts';
import type { OperationContent } from './operation.ts';
import type { Reason } from './reason.ts';
import type { Reversal } from './reversible.ts';

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
  /** Minor units. */
  readonly amount: number;
  readonly currency: string;
}

/** The accounts that an operation is about that has no entry on them: a hold and its release, a freeze... */
export interface Parties {
  /** Number of the account that would pay, or of the only one. */
  readonly debit: number;
  readonly credit?: number | undefined;
  /** Of a hold and its release. Not in the record: the accounts are, and the amount is that of the hold, which never changes. */
  readonly held?: HeldMoney | undefined;
}

/** Money that a hold reserves on `from` for a payment to `to`, or that is not reserved any more. */
export interface HeldMoney {
  readonly from: string;
  readonly to: string;
  /** Minor units. */
  readonly amount: number;
  readonly currency: string;
}

/** An operation with its final result and its place in the ledger. Never changes again (I6). */
export type AppliedOperation<Content extends OperationContent = OperationContent> =
  | {
      readonly status: 'posted';
      readonly sequence: number;
      readonly content: Content;
      /** Absent where no money was moved. */
      readonly posting?: Posting;
      /** Where there is no posting; absent for `open`. */
      readonly parties?: Parties;
    }
  | {
      readonly status: 'rejected';
      readonly sequence: number;
      readonly content: Content;
      readonly reason: Reason;
      /** With `group_rejected`: the operation of the group that was rejected by itself. */
      readonly failedOperation?: string;
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
  /** Each account that was there before and has another status, overdraft limit or sum of holds, as it stands after the batch. */
  readonly amended: readonly Account[];
  /** Each hold that was made or ended, as it stands after the batch. */
  readonly holds: readonly Hold[];
  /** Each reversal that was posted, in order. */
  readonly reversals: readonly Reversal[];
}
