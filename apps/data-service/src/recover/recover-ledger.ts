import type { Operation } from '@lastro/contract';
import type { AcceptedOperation } from '@lastro/ledger';
import { operationJson } from '../api/operation-json.ts';
import { AccountCache } from '../commit/account-cache.ts';
import { type BatchDecision, type CommitResult, decideBatch } from '../commit/decide-batch.ts';
import { LedgerWriter } from '../commit/ledger-writer.ts';
import { expiryOperation } from '../expiry/hold-expiry.ts';
import { PostgresStore } from '../storage/postgres/postgres-store.ts';
import type { LedgerHead } from '../storage/store.ts';

/** A final result as a business service has kept it. */
export interface KeptResult {
  /** The final Operation as JSON text. */
  readonly json: string;
  /** What its client has said of what a final Operation always shows. */
  readonly named: { readonly currency: boolean; readonly amount: boolean };
}

/** An operation that has come out otherwise than its client was told (I6). */
export interface Difference {
  readonly id: string;
  readonly told: string;
  readonly now: string;
}

export interface RecoveryReport {
  /** Sequence of the ledger before and after. */
  readonly from: number;
  readonly to: number;
  /** Up to here each operation is the one that was there, in its place, with its balances and its time. */
  readonly exactTo: number;
  /** Of these, expiries of holds that were made again where no result is kept: so with other times than they had. */
  readonly expiries: number;
  /** The operations after that: posted again, in their order, with the same ids. */
  readonly again: number;
  /** At most 100; `differenceCount` has the true number. */
  readonly differences: readonly Difference[];
  readonly differenceCount: number;
}

const STORE_SETTINGS = {
  readConnectionsMax: 1,
  connectTimeoutMs: 5_000,
  statementTimeoutMs: 60_000,
  exchangeTimeoutMs: 120_000,
  stalledCommitTimeoutMs: 60_000,
};
const ACCOUNT_CACHE_SIZE_MAX = 100_000;
const DIFFERENCES_MAX = 100;
/** Most expiries that are made again between two kept results; a larger hole is not one of expiries. */
const EXPIRIES_MAX = 100_000;

/** The newest sequence in the ledger. @throws StoreUnavailableError, NewerSchemaError */
export async function ledgerSequence(databaseUrl: string): Promise<number> {
  return withStore(databaseUrl, async (store) => (await store.head()).sequence);
}

/**
 * Brings a ledger that was restored from a backup forward with the results that business services have kept. Batch by batch
 * it commits what was committed, and as the rules of money are pure, all of it comes out as it was: the same sequences,
 * balances and times, and as long as all of every batch was kept, its hash.
 *
 * No business service keeps the result of an expiry, which the bank makes by itself. So where places are empty and as
 * many holds are due, these expire there, the first due first. From then on hashes are others than they were, as the times
 * of the expiries are; sequences, balances and results are the same. From the first result that is missing otherwise on, that
 * cannot be: then the rest is posted again in its order, under its ids, and what comes out otherwise than its client was
 * told is reported.
 *
 * No other data service may write meanwhile. Calling it again after a failure goes on where it was.
 *
 * @param resultsAfter every kept result after a sequence, each once, in order.
 * @throws StoreUnavailableError, NewerSchemaError
 */
export async function recoverLedger(
  databaseUrl: string,
  resultsAfter: (sequence: number) => Iterable<KeptResult>,
): Promise<RecoveryReport> {
  return withStore(databaseUrl, async (store) => {
    const head = await store.head();
    const recovery = new Recovery(store, head);
    for (const batch of batchesOf(resultsAfter(head.sequence))) await recovery.add(batch);
    return recovery.report((await store.head()).sequence);
  });
}

async function withStore<Result>(
  databaseUrl: string,
  work: (store: PostgresStore) => Promise<Result>,
): Promise<Result> {
  const store = new PostgresStore({ databaseUrl, ...STORE_SETTINGS });
  try {
    await store.migrate();
    return await work(store);
  } finally {
    await store.close();
  }
}

interface KeptOperation extends KeptResult {
  readonly operation: Operation;
}

/** The kept operations of one batch after the other. */
function* batchesOf(results: Iterable<KeptResult>): Generator<readonly KeptOperation[]> {
  let batch: KeptOperation[] = [];
  for (const result of results) {
    const operation = JSON.parse(result.json) as Operation;
    if (batch.length > 0 && batch[0]!.operation.batch !== operation.batch) {
      yield batch;
      batch = [];
    }
    batch.push({ ...result, operation });
  }
  if (batch.length > 0) yield batch;
}

/** An operation in its place; its result as it was, where one is kept. */
interface Placed {
  readonly operation: AcceptedOperation;
  readonly json: string | undefined;
}

class Recovery {
  readonly #store: PostgresStore;
  readonly #writer: LedgerWriter;
  readonly #from: number;
  #head: LedgerHead;
  #decide: typeof decideBatch = decideBatch;
  #isExact = true;
  #exactTo: number;
  #expiries = 0;
  #again = 0;
  readonly #differences: Difference[] = [];
  #differenceCount = 0;

  constructor(store: PostgresStore, head: LedgerHead) {
    const cache = new AccountCache(ACCOUNT_CACHE_SIZE_MAX);
    this.#store = store;
    this.#writer = new LedgerWriter(store, cache, (ledger, batch, now) => this.#decide(ledger, batch, now));
    this.#head = head;
    this.#from = this.#exactTo = head.sequence;
  }

  async add(batch: readonly KeptOperation[]): Promise<void> {
    if (this.#isExact) this.#isExact = await this.#commitAsItWas(batch);
    if (this.#isExact) this.#exactTo = batch.at(-1)!.operation.sequence!;
    else await this.#postAgain(batch);
  }

  report(to: number): RecoveryReport {
    return {
      from: this.#from,
      to,
      exactTo: this.#exactTo,
      expiries: this.#expiries,
      again: this.#again,
      differences: this.#differences,
      differenceCount: this.#differenceCount,
    };
  }

  /** False when it does not come out as it was, to the byte: then nothing of it is written. */
  async #commitAsItWas(batch: readonly KeptOperation[]): Promise<boolean> {
    const { postedAt } = batch[0]!.operation;
    const kept = batch.map((each): Placed => ({ operation: acceptedOperation(each), json: each.json }));
    return (
      (await this.#commitIfSame(kept, postedAt!)) || (await this.#commitWithExpiries(batch, kept, postedAt!))
    );
  }

  /** The same, with as many expiries as places are empty, in batches of their own and in this one. */
  async #commitWithExpiries(
    batch: readonly KeptOperation[],
    kept: readonly Placed[],
    postedAt: string,
  ): Promise<boolean> {
    const missing = await this.#missingIn(batch, kept, postedAt);
    const total = missing.reduce((sum, count) => sum + count, 0);
    const missingBatches = batch[0]!.operation.batch! - this.#head.batch - 1;
    const fits = total > 0 && total <= EXPIRIES_MAX && missingBatches >= 0 && missing[0]! >= missingBatches;
    const due = fits ? await this.#store.dueHolds(postedAt, total) : [];
    if (!fits || due.length < total) return false;
    const expiries = due.map((hold): Placed => ({
      operation: expiryOperation(hold, postedAt),
      json: undefined,
    }));
    for (let left = missingBatches; left > 0; left -= 1) {
      const count = left > 1 ? 1 : missing[0]!;
      missing[0]! -= count;
      // As early as they can have been: the next batch was not before them.
      if (!(await this.#commitIfSame(expiries.splice(0, count), ''))) return false;
    }
    const placed = kept.flatMap((each, index) => [...expiries.splice(0, missing[index]), each]);
    return this.#commitIfSame(placed, postedAt);
  }

  /** How many results are missing right before each of the batch, where nobody has sent what opens a cash account. */
  async #missingIn(
    batch: readonly KeptOperation[],
    kept: readonly Placed[],
    postedAt: string,
  ): Promise<number[]> {
    this.#decide = (ledger, operations) => ({
      ...decideBatch(ledger, operations, postedAt),
      write: undefined,
    });
    const [first] = (await this.#writer.commit(kept.map(({ operation }) => operation))).results;
    const nextPlace =
      first !== undefined && 'operation' in first ? first.operation.sequence : this.#head.sequence + 1;
    return batch.map(({ operation }, index) => {
      const place = index === 0 ? nextPlace : batch[index - 1]!.operation.sequence! + 1;
      return operation.sequence! - place;
    });
  }

  /** Commits when each kept result comes out as it was, and each expiry is posted. */
  async #commitIfSame(placed: readonly Placed[], postedAt: string): Promise<boolean> {
    const isSame = ({ results }: BatchDecision): boolean =>
      results.every((result, index) => {
        const { json } = placed[index]!;
        return json === undefined ? outcomeOf(result) === 'posted' : jsonOf(result) === json;
      });
    this.#decide = (ledger, operations) => {
      const decision = decideBatch(ledger, operations, postedAt);
      return isSame(decision) ? decision : { ...decision, write: undefined };
    };
    const decision = await this.#writer.commit(placed.map(({ operation }) => operation));
    if (!isSame(decision)) return false;
    this.#head = decision.write?.head ?? this.#head;
    this.#expiries += placed.filter(({ json }) => json === undefined).length;
    return true;
  }

  async #postAgain(batch: readonly KeptOperation[]): Promise<void> {
    this.#decide = decideBatch;
    const { results } = await this.#writer.commit(batch.map(acceptedOperation));
    this.#again += results.length;
    for (const [index, result] of results.entries()) {
      const { id, status, reason = status } = batch[index]!.operation;
      const now = outcomeOf(result);
      if (now === reason) continue;
      this.#differenceCount += 1;
      if (this.#differences.length < DIFFERENCES_MAX) this.#differences.push({ id, told: reason, now });
    }
  }
}

/** What of a final Operation was in it from the beginning, where its type has it; some only when the client named it. */
const SENT_IN = [
  'id',
  'type',
  'account',
  'from',
  'to',
  'hold',
  'operation',
  'side',
  'rate',
  'expiresIn',
  'overdraftLimit',
  'name',
  'effectiveAt',
  'description',
  'metadata',
  'group',
  'acceptedBy',
  'acceptedAt',
  'key',
] as const;

/** Of these types a final Operation shows the accounts, which the client did not name. */
const WITHOUT_ACCOUNTS: ReadonlySet<Operation['type']> = new Set(['capture', 'void', 'expiry', 'reversal']);

/** The operation as it was sent in. */
function acceptedOperation({ operation, named }: KeptOperation): AcceptedOperation {
  const fields = [...SENT_IN, ...(['currency', 'amount'] as const).filter((field) => named[field])];
  const isSent = (field: (typeof fields)[number]): boolean =>
    operation[field] !== undefined &&
    !(WITHOUT_ACCOUNTS.has(operation.type) && (field === 'from' || field === 'to'));
  const sent = fields.filter(isSent);
  return Object.fromEntries(sent.map((field) => [field, operation[field]])) as unknown as AcceptedOperation;
}

function jsonOf(result: CommitResult): string | undefined {
  return 'operation' in result ? operationJson(result.operation) : undefined;
}

function outcomeOf(result: CommitResult): string {
  if (!('operation' in result)) return 'id_conflict';
  const { operation } = result;
  return operation.status === 'posted' ? 'posted' : operation.reason;
}
