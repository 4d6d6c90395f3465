import type { StoredOperation } from '../storage/store.ts';

/** An operation with the accounts that it is about, where it has no entry on them: a hold, its release... */
export type LoggedOperation = StoredOperation & { readonly partyIds: readonly string[] };

/** A balance that somebody wants to hear about. Amounts are minor units. */
export interface WatchedBalance {
  /** The monitor's own number: those of one account are looked at in this order. */
  readonly number: number;
  readonly id: string;
  readonly accountNumber: number;
  readonly below: number | undefined;
  readonly above: number | undefined;
  /** It counts for the operations after this one. */
  readonly fromSequence: number;
  /** And up to this one, when it was removed. */
  readonly untilSequence: number | undefined;
}

/** The balance of an account right after an operation. */
export interface BalanceAfter {
  readonly sequence: number;
  readonly accountNumber: number;
  readonly balance: number;
}

/**
 * The ledger as a log: the operations by sequence, as they were committed. Each read sees whole batches only. Every method
 * throws StoreUnavailableError when the engine cannot be reached.
 */
export interface OperationLog {
  /** The sequence of the newest operation; 0 when there is none. */
  newest(): Promise<number>;
  /** The operations after `sequence`, in order, `limit` at most. */
  operationsAfter(sequence: number, limit: number): Promise<readonly LoggedOperation[]>;
  /** Who watches these accounts in the operations from `first` to `last`, in the order of their numbers. */
  watchedBalances(
    accountNumbers: readonly number[],
    range: { readonly first: number; readonly last: number },
  ): Promise<readonly WatchedBalance[]>;
  /** The balances of the accounts that these operations moved, right after each. */
  balancesAfter(sequences: readonly number[]): Promise<readonly BalanceAfter[]>;
}
