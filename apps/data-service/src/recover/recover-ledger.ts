import type { Operation } from '@lastro/contract';
import type { AcceptedOperation } from '@lastro/ledger';
import { operationJson } from '../api/operation-json.ts';
import { AccountCache } from '../commit/account-cache.ts';
import { type BatchDecision, type CommitResult, decideBatch } from '../commit/decide-batch.ts';
import { LedgerWriter } from '../commit/ledger-writer.ts';
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

/** The newest sequence in the ledger. @throws StoreUnavailableError, NewerSchemaError */
export async function ledgerSequence(databaseUrl: string): Promise<number> {
  return withStore(databaseUrl, async (store) => (await store.head()).sequence);
}

/**
 * Brings a ledger that was restored from a backup forward with the results that business services have kept. Batch by batch
 * it commits what was committed, and as the rules of money are pure, all of it comes out as it was: the same sequences,
 * balances and times, and where all of a batch was kept, its hash. From the first result that is missing on, that cannot
 * be: then the rest is posted again in its order, under its ids, and what comes out otherwise than its client was
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

class Recovery {
  readonly #writer: LedgerWriter;
  readonly #from: number;
  #decide: typeof decideBatch = decideBatch;
  #isExact = true;
  #exactTo: number;
  #again = 0;
  readonly #differences: Difference[] = [];
  #differenceCount = 0;

  constructor(store: PostgresStore, head: LedgerHead) {
    const cache = new AccountCache(ACCOUNT_CACHE_SIZE_MAX);
    this.#writer = new LedgerWriter(store, cache, (ledger, batch, now) => this.#decide(ledger, batch, now));
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
      again: this.#again,
      differences: this.#differences,
      differenceCount: this.#differenceCount,
    };
  }

  /** False, and nothing is written, when it does not come out as it was, to the byte. */
  async #commitAsItWas(batch: readonly KeptOperation[]): Promise<boolean> {
    const isAsItWas = ({ results }: BatchDecision): boolean =>
      results.every((result, index) => jsonOf(result) === batch[index]!.json);
    const { postedAt } = batch[0]!.operation;
    this.#decide = (ledger, operations) => {
      const decision = decideBatch(ledger, operations, postedAt!);
      return isAsItWas(decision) ? decision : { ...decision, write: undefined };
    };
    return isAsItWas(await this.#writer.commit(batch.map(acceptedOperation)));
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
const WITHOUT_ACCOUNTS: ReadonlySet<Operation['type']> = new Set(['capture', 'reversal']);

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
