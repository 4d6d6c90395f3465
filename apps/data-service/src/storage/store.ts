import type { AccountListQuery, CommittedBatch, KnownHead, Moment } from '@lastro/contract';
import type {
  AcceptedOperation,
  Account,
  AppliedOperation,
  BatchHeader,
  BatchOutcome,
  Hold,
  HoldStatus,
  LedgerView,
  Reversible,
} from '@lastro/ledger';

/** An operation as the ledger holds it: its content, its final result and its place. */
export type StoredOperation = AppliedOperation<AcceptedOperation> & {
  readonly batch: number;
  /** RFC 3339, UTC. */
  readonly postedAt: string;
};

/** The newest committed batch: where the next one continues. */
export interface LedgerHead {
  readonly sequence: number;
  readonly batch: number;
  readonly hash: Buffer;
  readonly accountCount: number;
  /** RFC 3339, UTC. */
  readonly postedAt: string;
}

/** What a commit has to know of the ledger before it decides. An id may come more than once. */
export interface CommitLookup {
  readonly operationIds: readonly string[];
  readonly accountIds: readonly string[];
  /** Of the holds that are to be captured or released; their accounts are looked up too. */
  readonly holdIds: readonly string[];
  /** Of the operations that are to be reversed; their accounts are looked up too. */
  readonly reversedIds: readonly string[];
  /** Also the cash account of every currency. */
  readonly everyCashAccount: boolean;
  /** Batches whose hashes are wanted. */
  readonly batchNumbers: readonly number[];
}

/** What was looked up, as it stands under the lock. What is not here is not in the ledger. */
export interface LockedLedger {
  readonly head: LedgerHead;
  readonly accounts: readonly Account[];
  readonly operations: ReadonlyMap<string, StoredOperation>;
  readonly holds: ReadonlyMap<string, Hold>;
  readonly reversibles: ReadonlyMap<string, Reversible>;
  /** By the number of the batch. */
  readonly batchHashes: ReadonlyMap<number, Buffer>;
}

/** The ledger that a batch is decided on: its head, every account and operation that the batch names, and every cash account. */
export interface LedgerState extends Omit<
  LedgerView<StoredOperation>,
  'sequence' | 'accountCount' | 'postedAt'
> {
  readonly head: LedgerHead;
}

/** What the rules may look up of what was read under the lock, or in a snapshot, beside the accounts. */
export function lookupsOf({
  operations,
  holds,
  reversibles,
}: LockedLedger): Pick<LedgerState, 'findOperation' | 'findHold' | 'findReversible'> {
  return {
    findOperation: (id) => operations.get(id),
    findHold: (id) => holds.get(id),
    findReversible: (id) => reversibles.get(id),
  };
}

export type Outcomes = BatchOutcome<AcceptedOperation, StoredOperation>;

/** A decided batch, complete: what is written, all of it or nothing. */
export interface BatchToWrite {
  readonly header: BatchHeader;
  /** Where the ledger stands once this is written. */
  readonly head: LedgerHead;
  readonly outcome: Outcomes;
  /** The canonical records of `outcome.applied`, one after the other. */
  readonly records: Buffer;
}

/** An account with everything that is shown of it. */
export interface AccountView extends Account {
  readonly name?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly openedAt: string;
}

/** Balance of an account at `sequence`: the newest operation that it counts. */
export interface BalanceView {
  readonly account: Pick<Account, 'id' | 'currency' | 'overdraftLimit' | 'balance' | 'held'>;
  readonly sequence: number;
}

/** A hold with everything that is shown of it. */
export interface HoldView extends Hold {
  readonly currency: string;
  readonly openedAt: string;
  readonly closedAt?: string;
}

export interface HoldRange {
  /** `openedSequence` of the newest hold to show. */
  readonly cursor?: number | undefined;
  readonly status?: HoldStatus | undefined;
  readonly limit: number;
}

export interface HoldPage {
  readonly account: Account;
  readonly holds: readonly HoldView[];
  readonly nextCursor?: number;
}

export interface ReversalsView {
  readonly original: Reversible;
  /** In order. */
  readonly reversals: readonly StoredOperation[];
}

export interface TrialBalanceLine {
  readonly currency: string;
  readonly accounts: number;
  /** Sums in minor units, as text: a sum may pass 2^53. */
  readonly debit: string;
  readonly credit: string;
}

export interface StatementRange {
  /** Sequence of the newest entry to show; absent: the account's newest. */
  readonly cursor?: number | undefined;
  /** First instant, inclusive. */
  readonly from?: string | undefined;
  /** Last instant, exclusive. */
  readonly to?: string | undefined;
  readonly limit: number;
}

export interface StatementPage {
  readonly account: Account;
  /** Balance right before the range, and at its end. */
  readonly openingBalance: number;
  readonly closingBalance: number;
  /** Posted operations with an entry on the account, newest first. */
  readonly operations: readonly StoredOperation[];
  /** Cursor of the next page; absent on the last. */
  readonly nextCursor?: number;
}

/**
 * The storage engine behind the ledger: the one narrow way in. An engine has to keep these promises, which
 * `test/store-conformance.ts` attacks:
 * - Commits and appends are serial, across any number of processes: each sees everything committed before.
 * - What is to be written is written whole and durably before the call resolves, or not at all (I1, I3).
 * - After a `StoreUnavailableError` the outcome may be unknown; a `commit` of the same operations is safe,
 *   because `decide` is then shown what was committed (I2).
 * - Each read sees one consistent state, never half a batch.
 */
export interface LedgerStore {
  /**
   * Locks the ledger, reads what `lookupAt` asks for at its head, shows it to `decide`, writes what that returns.
   * Both must be synchronous. `write: undefined`: there is nothing new to write.
   */
  commit<Decision extends { readonly write: BatchToWrite | undefined }>(
    lookupAt: (head: LedgerHead) => CommitLookup,
    decide: (ledger: LockedLedger) => Decision,
  ): Promise<Decision>;
  /**
   * Writes a batch that was decided without looking, in one exchange with the engine. `false`: nothing was written,
   * because the ledger does not stand at `onto` (I8) or has one of the ids already (I2). It may open no account.
   */
  append(onto: LedgerHead, write: BatchToWrite): Promise<boolean>;
  /** Shows what `lookupAt` asks for, as a commit would see it, and locks nothing. */
  inspect<Result>(
    lookupAt: (head: LedgerHead) => CommitLookup,
    look: (ledger: LockedLedger) => Result,
  ): Promise<Result>;
  head(): Promise<LedgerHead>;
  /** Ids of open holds whose time is over at `at` (RFC 3339), those that were over first. */
  dueHolds(at: string, limit: number): Promise<readonly string[]>;
  findHold(id: string): Promise<HoldView | undefined>;
  /** The holds on an account, newest first. `undefined`: no such account. */
  holds(accountId: string, range: HoldRange): Promise<HoldPage | undefined>;
  /** How an operation is reversed so far; `undefined`: no such operation. */
  reversals(operationId: string): Promise<ReversalsView | undefined>;
  findOperation(id: string): Promise<StoredOperation | undefined>;
  findAccount(id: string): Promise<AccountView | undefined>;
  listAccounts(query: AccountListQuery & { readonly limit: number }): Promise<readonly AccountView[]>;
  /** The balances of many accounts in one state, in the order asked for; `undefined` for an id that no account has. */
  balances(accountIds: readonly string[]): Promise<readonly (BalanceView | undefined)[]>;
  /** The balance as it stood at a past moment. `undefined`: there was no such account, or not yet. */
  balanceAt(accountId: string, at: Moment): Promise<BalanceView | undefined>;
  /** `undefined`: no such account. A cursor that is not on the account's chain throws `InvalidCursorError`. */
  statement(accountId: string, range: StatementRange): Promise<StatementPage | undefined>;
  trialBalance(): Promise<{ readonly sequence: number; readonly lines: readonly TrialBalanceLine[] }>;
  /** Throws `StoreUnavailableError` when the engine cannot be reached. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Looks at the ledger batch by batch. */
export interface CommittedBatches {
  /** Those with a number below `before`, newest first: up to `limit`, fewer where they are large. */
  batches(before: number | undefined, limit: number): Promise<readonly CommittedBatch[]>;
  batch(number: number): Promise<CommittedBatch | undefined>;
  /** With a sequence from `first` to `last`, in order, up to `limit`. */
  operations(range: {
    readonly first: number;
    readonly last: number;
    readonly limit: number;
  }): Promise<readonly StoredOperation[]>;
}

/** The engine cannot be reached or asked to be tried again. Retry: yes. What was under way may have happened. */
export class StoreUnavailableError extends Error {
  override readonly name: string = 'StoreUnavailableError';
  readonly retryable = true;
}

/** The engine is set up so that a commit could be lost. Retry: yes. What was under way may have happened. */
export class StoreUnsafeError extends StoreUnavailableError {
  override readonly name = 'StoreUnsafeError';
}

/**
 * The ledger lacks a batch that is known to be committed: it has gone back, or was never there. Retry: yes, it may have it
 * again, or be found elsewhere. Nothing was done.
 */
export class LedgerBehindError extends StoreUnavailableError {
  override readonly name = 'LedgerBehindError';
  readonly committed: KnownHead;
  /** Where the ledger stands. */
  readonly head: LedgerHead;

  constructor(committed: KnownHead, head: LedgerHead, what: string) {
    super(what);
    this.committed = committed;
    this.head = head;
  }
}

/** The cursor of a statement does not belong to the account. Retry: no. */
export class InvalidCursorError extends Error {
  override readonly name = 'InvalidCursorError';
  readonly retryable = false;
}
