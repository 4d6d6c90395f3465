import type { KnownHead } from '@lastro/contract';
import type { AcceptedOperation } from '@lastro/ledger';
import type { Span } from '@lastro/service';
import {
  type BatchToWrite,
  type LedgerHead,
  type LedgerState,
  type LedgerStore,
  lookupsOf,
} from '../storage/store.ts';
import type { AccountCache } from './account-cache.ts';
import { type BatchDecision, type decideBatch, namesOf } from './decide-batch.ts';
import { KnownHeads } from './known-heads.ts';

/** What the rules may look up, and where the ledger stands. */
type Lookups = Omit<LedgerState, 'head'>;

/**
 * Decides batches and has them written, one after the other, by the shorter of two ways:
 *
 * - ahead: when all that the batch looks at is in the cache, it is decided at once, as if all batches before it
 *   were committed and none of its ids were known; meanwhile the store is busy with those. It is written only if the
 *   ledger then stands exactly where it was decided, and has none of the ids (`LedgerStore.append`).
 * - under the lock: at first, and whenever the other way did not do: another data service has committed, an id was
 *   sent before, an account is not in the cache, a commit failed; and for the end of holds and for reversals, which look
 *   at operations of long ago.
 *
 * So the fence is always the head row. What was believed too early costs a second try and nothing else: a batch that
 * was decided on a commit that failed does not fit the head either.
 *
 * Neither way writes on a ledger that lacks what is known to be committed: what is ahead continues from it, number and hash,
 * and under the lock it is compared (see KnownHeads).
 */
export class LedgerWriter {
  readonly #store: LedgerStore;
  readonly #cache: AccountCache;
  readonly #decide: typeof decideBatch;
  readonly #heads: KnownHeads;
  /** What was given to the store last; everything takes its turn behind it. */
  #lastTurn: Promise<unknown> = Promise.resolve();
  /** Commits under the lock that wait for their turn or have it. */
  #lockedCount = 0;

  constructor(
    store: LedgerStore,
    cache: AccountCache,
    decide: typeof decideBatch,
    heads: KnownHeads = new KnownHeads(),
  ) {
    this.#store = store;
    this.#cache = cache;
    this.#decide = decide;
    this.#heads = heads;
  }

  /** The newest head that was committed here: all that `commit` has answered is in it. */
  get newestHead(): KnownHead | undefined {
    return this.#heads.newest;
  }

  /**
   * Commits a batch: when this resolves, it is on disk (I1). May be called again before that, and keeps the order. With
   * `span`, shows in it what takes how long. `told`: what its senders know to be committed.
   *
   * @throws LedgerBehindError: the ledger lacks what is known to be committed, and nothing was written. StoreUnavailableError:
   * the outcome is not known. After either the same batch may be committed again (I2).
   */
  async commit(
    batch: readonly AcceptedOperation[],
    span?: Span,
    told: readonly KnownHead[] = [],
  ): Promise<BatchDecision> {
    const ahead = this.#heads.areCovered(told) ? this.#decideAhead(batch, span) : undefined;
    if (ahead !== undefined && (await this.#inTurn(() => this.#append(ahead, span)))) return ahead.decision;
    this.#lockedCount += 1;
    try {
      return await this.#inTurn(() => this.#commitLocked(batch, span, told));
    } finally {
      this.#lockedCount -= 1;
    }
  }

  #decideAhead(batch: readonly AcceptedOperation[], span: Span | undefined): DecidedAhead | undefined {
    const { head } = this.#cache;
    // While a commit under the lock reads into the cache, nobody else may change it.
    if (head === undefined || this.#lockedCount > 0) return undefined;
    const decision = this.#tryAhead(head, batch, span);
    if (decision?.write === undefined || decision.write.outcome.opened.length > 0) return undefined;
    this.#advance(decision.write);
    return { onto: head, write: decision.write, decision };
  }

  #tryAhead(
    head: LedgerHead,
    batch: readonly AcceptedOperation[],
    span: Span | undefined,
  ): BatchDecision | undefined {
    try {
      return this.#decideAt(head, batch, this.#remembered, span);
    } catch (error) {
      if (error instanceof NotRememberedError) return undefined;
      throw error;
    }
  }

  /** The ledger as it is remembered: an account that is not in the cache may be in the ledger all the same. */
  readonly #remembered: Lookups = {
    findAccount: (id) => this.#cache.get(id) ?? notRemembered(),
    findHold: notRemembered,
    findReversible: notRemembered,
    findOperation: () => undefined,
  };

  async #append({ onto, write }: DecidedAhead, span: Span | undefined): Promise<boolean> {
    const commit = span?.child('commit', { attributes: { 'lastro.commit.way': 'ahead' } });
    try {
      const written = await this.#store.append(onto, write);
      if (written) this.#heads.committed(write.head);
      else this.#cache.forget();
      endCommit(commit, written ? write : undefined);
      return written;
    } catch (error) {
      commit?.end('in_doubt');
      this.#cache.forget();
      throw error;
    }
  }

  async #commitLocked(
    batch: readonly AcceptedOperation[],
    span: Span | undefined,
    told: readonly KnownHead[],
  ): Promise<BatchDecision> {
    const cache = this.#cache;
    const heads = this.#heads;
    let further: readonly KnownHead[] = [];
    let headBefore: LedgerHead | undefined;
    const commit = span?.child('commit', { attributes: { 'lastro.commit.way': 'under the lock' } });
    try {
      const decision = await this.#store.commit(
        (head) => {
          further = heads.compare(head, told);
          headBefore = head;
          const everyCashAccount = !cache.fence(head);
          const names = namesOf(batch);
          const accountIds = [...new Set(names.accountIds.filter((id) => !cache.has(id)))];
          return { ...names, accountIds, everyCashAccount, batchNumbers: further.map(({ batch }) => batch) };
        },
        (ledger) => {
          if (further.length > 0) heads.prove(ledger, further);
          cache.remember(ledger.accounts);
          const lookups = { findAccount: (id: string) => cache.get(id), ...lookupsOf(ledger) };
          return this.#decideAt(ledger.head, batch, lookups, commit);
        },
      );
      if (decision.write !== undefined) this.#advance(decision.write);
      const head = decision.write?.head ?? headBefore;
      if (head !== undefined) heads.committed(head);
      endCommit(commit, decision.write);
      return decision;
    } catch (error) {
      commit?.end('in_doubt');
      // The commit may have happened or not: only what is read anew under the lock can be trusted.
      cache.forget();
      throw error;
    }
  }

  #decideAt(
    head: LedgerHead,
    batch: readonly AcceptedOperation[],
    lookups: Lookups,
    span: Span | undefined,
  ): BatchDecision {
    const deciding = span?.child('decide', { attributes: { 'lastro.operations': batch.length } });
    try {
      return this.#decide({ head, ...lookups }, batch, new Date().toISOString());
    } finally {
      deciding?.end();
    }
  }

  #advance({ head, outcome }: BatchToWrite): void {
    this.#cache.advance(head, [...outcome.opened, ...outcome.changed, ...outcome.amended]);
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

/** `write`: what was written; absent: nothing, as the ledger had it all, or stood elsewhere. */
function endCommit(commit: Span | undefined, write: BatchToWrite | undefined): void {
  if (commit === undefined) return;
  const written = write && {
    'lastro.ledger.batch': write.header.number,
    'lastro.sequence.first': write.header.firstSequence,
    'lastro.sequence.last': write.head.sequence,
  };
  commit.set({ 'lastro.commit.written': write !== undefined, ...written });
  commit.end();
}

/** What is needed to decide a batch is not in memory: it has to be read under the lock. */
class NotRememberedError extends Error {
  override readonly name = 'NotRememberedError';
}

const NOT_REMEMBERED = new NotRememberedError('not in memory');

/** One error for all: the stack of each would cost more than the batch. */
function notRemembered(): never {
  throw NOT_REMEMBERED;
}
