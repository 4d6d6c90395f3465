import type { AccountListQuery, GrantedAccounts, Moment } from '@lastro/contract';
import type { OperationType, Reason } from '@lastro/ledger';
import type { AccountView, StoredOperation, TrialBalanceLine } from '../storage/store.ts';

/** Operations that fit every part that is given. */
export interface OperationSearch {
  /** Named by the operation; whether or not it is open. */
  readonly account?: string | undefined;
  /** Only operations that name one of these, whatever else is asked for: a customer's. */
  readonly granted?: GrantedAccounts | undefined;
  readonly type?: OperationType | undefined;
  readonly status?: 'posted' | 'rejected' | undefined;
  readonly reason?: Reason | undefined;
  /** First instant of posting, inclusive; last, exclusive. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** Minor units, inclusive. */
  readonly amountMin?: number | undefined;
  readonly amountMax?: number | undefined;
  readonly metadata: readonly (readonly [key: string, value: string])[];
  /** Sequence of the newest operation to look at; absent: the newest that is projected. */
  readonly cursor?: number | undefined;
  readonly limit: number;
}

export interface FoundOperations {
  /** Newest first. */
  readonly operations: readonly StoredOperation[];
  /** The newest operation that the search counts. */
  readonly upToSequence: number;
  /** Where the search goes on; absent when it has come to its end. */
  readonly nextCursor?: number;
}

/** Accounts that fit every part that is given. */
export type AccountSearch = AccountListQuery & {
  readonly limit: number;
  /** Only these, whatever else is asked for: a customer's. */
  readonly granted?: GrantedAccounts | undefined;
};

/** A customer has more accounts than one search may look at. */
export class TooManyAccountsError extends Error {
  override readonly name = 'TooManyAccountsError';
}

export interface FoundAccounts {
  /** In the order of their ids. */
  readonly accounts: readonly AccountView[];
  /** The newest operation that a range of balances counts; absent where none was asked for. */
  readonly upToSequence?: number;
  /** The last account that was looked at, where the search has ended before all of a customer's. */
  readonly lookedUpTo?: string;
}

/**
 * Finds what the ledger's own tables have no index for, in a projection that follows the ledger. It costs the write
 * path nothing: it reads on connections of its own, and takes no lock that a commit waits for.
 *
 * Everything throws `StoreUnavailableError` when the engine cannot be reached or the search took too long.
 */
export interface LedgerFinder {
  /** @throws TooManyAccountsError */
  operations(search: OperationSearch): Promise<FoundOperations>;
  accounts(search: AccountSearch): Promise<FoundAccounts>;
  /** Sums over all balances as they stood at a past moment. */
  trialBalanceAt(
    at: Moment,
  ): Promise<{ readonly sequence: number; readonly lines: readonly TrialBalanceLine[] }>;
}
