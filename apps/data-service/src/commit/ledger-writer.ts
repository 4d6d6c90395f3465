import type { AcceptedOperation } from '@lastro/ledger';
import type {
  BatchToWrite,
  LedgerHead,
  LedgerState,
  LedgerStore,
  StoredOperation,
} from '../storage/store.ts';
import type { AccountCache } from './account-cache.ts';
import { accountIdsOf, type BatchDecision, type decideBatch, operationIdsOf } from './decide-batch.ts';

type Operations = ReadonlyMap<string, StoredOperation>;
const NONE_KNOWN: Operations = new Map();

/**
 * Decides batches and has them written, one after the other, by the shorter of two ways:
 *
 * - ahead: when every account that the batch names is in the cache, it is decided at once, as if all batches before it
 *   were committed and none of its ids were known; meanwhile the store is busy with those. It is written only if the
 *   ledger then stands exactly where it was decided, and has none of the ids (`LedgerStore.append`).
 * - under the lock: at first, and whenever the other way did not do: another data service has committed, an id was
 *   sent before, an account is not in the cache, a commit failed.
 *
 * So the fence is always the head row. What was believed too early costs a second try and nothing else: a batch that
 * was decided on a commit that failed does not fit the head either.
 */
export class LedgerWriter {
  readonly #store: LedgerStore;
  readonly #cache: AccountCache;
  readonly #decide: typeof decideBatch;
  /** What was given to the store last; everything takes its turn behind it. */
  #lastTurn: Promise<unknown> = Promise.resolve();
  /** Commits under the lock that wait for their turn or have it. */
  #lockedCount = 0;

  constructor(store: LedgerStore, cache: AccountCache, decide: typeof decideBatch) {
    this.#store = store;
    this.#cache = cache;
    this.#decide = decide;
  }

  /**
   * Commits a batch: when this resolves, it is on disk (I1). May be called again before that, and keeps the order.
   *
   * @throws StoreUnavailableError: the outcome is not known, and the same batch may be committed again (I2).
   */
  async commit(batch: readonly AcceptedOperation[]): Promise<BatchDecision> {
    const ahead = this.#decideAhead(batch);
    if (ahead !== undefined && (await this.#inTurn(() => this.#append(ahead)))) return ahead.decision;
    this.#lockedCount += 1;
    try {
      return await this.#inTurn(() => this.#commitLocked(batch));
    } finally {
      this.#lockedCount -= 1;
    }
  }

  #decideAhead(batch: readonly AcceptedOperation[]): DecidedAhead | undefined {
    const { head } = this.#cache;
    // While a commit under the lock reads into the cache, nobody else may change it.
    if (head === undefined || this.#lockedCount > 0) return undefined;
    let isMissing = false;
    const decision = this.#decideAt(head, NONE_KNOWN, batch, (id) => {
      const account = this.#cache.get(id);
      if (account === undefined) isMissing = true;
      return account;
    });
    const { write } = decision;
    // An account that is not in the cache may be in the ledger all the same.
    if (isMissing || write === undefined) return undefined;
    this.#advance(write);
    return { onto: head, write, decision };
  }

  async #append({ onto, write }: DecidedAhead): Promise<boolean> {
    try {
      const written = await this.#store.append(onto, write);
      if (!written) this.#cache.forget();
      return written;
    } catch (error) {
      this.#cache.forget();
      throw error;
    }
  }

  async #commitLocked(batch: readonly AcceptedOperation[]): Promise<BatchDecision> {
    const cache = this.#cache;
    try {
      const decision = await this.#store.commit(
        (head) => {
          const everyCashAccount = !cache.fence(head);
          const unknown = new Set(accountIdsOf(batch).filter((id) => !cache.has(id)));
          return { accountIds: [...unknown], operationIds: operationIdsOf(batch), everyCashAccount };
        },
        ({ head, accounts, operations }) => {
          cache.remember(accounts);
          return this.#decideAt(head, operations, batch, (id) => cache.get(id));
        },
      );
      if (decision.write !== undefined) this.#advance(decision.write);
      return decision;
    } catch (error) {
      // The commit may have happened or not: only what is read anew under the lock can be trusted.
      cache.forget();
      throw error;
    }
  }

  #decideAt(
    head: LedgerHead,
    known: Operations,
    batch: readonly AcceptedOperation[],
    findAccount: LedgerState['findAccount'],
  ): BatchDecision {
    const { sequence, accountCount } = head;
    const findOperation = known.get.bind(known);
    return this.#decide(
      { head, sequence, accountCount, findAccount, findOperation },
      batch,
      new Date().toISOString(),
    );
  }

  #advance({ head, outcome }: BatchToWrite): void {
    this.#cache.advance(head, [...outcome.opened, ...outcome.changed]);
  }

  /** Runs `work` when all that was begun before has ended, with what follows from it. */
  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#lastTurn.then(work);
    this.#lastTurn = turn.catch(() => undefined);
    return turn;
  }
}

/** A batch that was decided at `onto`, which the ledger is believed to reach. */
interface DecidedAhead {
  readonly onto: LedgerHead;
  readonly write: BatchToWrite;
  readonly decision: BatchDecision;
}
