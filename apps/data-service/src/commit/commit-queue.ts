import { setTimeout as sleep } from 'node:timers/promises';
import type { KnownHead } from '@lastro/contract';
import type { AcceptedOperation } from '@lastro/ledger';
import { asOneSpan, type Logger, ProblemError, type Span } from '@lastro/service';
import { StoreUnavailableError } from '../storage/store.ts';
import type { CommitResult } from './decide-batch.ts';
import type { LedgerWriter } from './ledger-writer.ts';

export interface CommitQueueSettings {
  /** Most operations in one commit; a single submission may be larger and then commits alone. */
  readonly commitOperationsMax: number;
  /** Most commits under way: one with the store, the others decided and waiting for it. */
  readonly commitsUnderWayMax: number;
  /** Fewest operations for which a commit is begun beside one that is under way; fewer wait for its end, for larger commits. */
  readonly commitBesideOperationsMin: number;
  /** Most operations that may wait; beyond, submissions are refused with `ledger_busy`. */
  readonly pendingOperationsMax: number;
  /** How often a commit is tried before its submitters are told that the store is unavailable. */
  readonly commitAttemptsMax: number;
  /** Longest pause before the second try; doubles for each one after, full jitter. */
  readonly retryDelayMs: number;
}

export interface CommitObserver {
  committed(info: { operations: number; written: number; submissions: number; seconds: number }): void;
  retried(): void;
}

interface Submission {
  readonly operations: readonly AcceptedOperation[];
  /** What it is a part of, where that is traced. */
  readonly span: Span | undefined;
  /** What its sender knows to be committed. */
  readonly told: KnownHead | undefined;
  readonly resolve: (results: readonly CommitResult[]) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Merges the batches that wait into commits.
 *
 * `submit` adds to what waits. When no commit is under way, everything that has gathered (up to `commitOperationsMax`)
 * becomes the next one, and each submission is answered with its own results. There is no lingering: a batch grows by itself
 * while the one before it is committed. Where there is enough to do, up to `commitsUnderWayMax` are under way, so that the
 * rules are applied to one while the store writes the other; a few operations alone would not be worth a commit.
 */
export class CommitQueue {
  readonly #writer: LedgerWriter;
  readonly #settings: CommitQueueSettings;
  readonly #observer: CommitObserver;
  readonly #logger: Logger;
  #waiting: Submission[] = [];
  #waitingOperations = 0;
  readonly #underWay = new Set<Promise<void>>();
  #isGathering = false;
  #stopping = false;

  constructor(writer: LedgerWriter, settings: CommitQueueSettings, observer: CommitObserver, logger: Logger) {
    this.#writer = writer;
    this.#settings = settings;
    this.#observer = observer;
    this.#logger = logger;
  }

  get pendingOperations(): number {
    return this.#waitingOperations;
  }

  /** The newest head that was committed here: all that `submit` has answered is in it. */
  get newestHead(): KnownHead | undefined {
    return this.#writer.newestHead;
  }

  /**
   * Commits operations, in order, together with whatever else waits. One result for each. With `span`, its spans become a part
   * of that one. `told`: what their sender knows to be committed; a ledger without it takes nothing.
   *
   * @throws ProblemError `ledger_busy` or `stopping`: nothing was taken. StoreUnavailableError: the outcome is
   * not known, and sending the same operations again is safe (I2).
   */
  submit(
    operations: readonly AcceptedOperation[],
    span?: Span,
    told?: KnownHead,
  ): Promise<readonly CommitResult[]> {
    if (this.#stopping) throw new ProblemError('stopping');
    if (
      this.#waitingOperations + operations.length > this.#settings.pendingOperationsMax &&
      this.#waitingOperations > 0
    ) {
      throw new ProblemError('ledger_busy');
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ operations, span, told, resolve, reject });
      this.#waitingOperations += operations.length;
      this.#gather();
    });
  }

  /** Refuses new submissions and resolves when everything taken has been answered. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#startCommits();
    while (this.#underWay.size > 0) await Promise.race(this.#underWay);
  }

  /** Requests that have arrived together are parsed in this turn of the event loop: all of them are to join. */
  #gather(): void {
    if (this.#isGathering || !this.#isCommitDue) return;
    this.#isGathering = true;
    setImmediate(() => {
      this.#isGathering = false;
      this.#startCommits();
    });
  }

  get #isCommitDue(): boolean {
    const { commitsUnderWayMax, commitBesideOperationsMin } = this.#settings;
    if (this.#underWay.size === 0) return this.#waiting.length > 0;
    return this.#underWay.size < commitsUnderWayMax && this.#waitingOperations >= commitBesideOperationsMin;
  }

  #startCommits(): void {
    while (this.#isCommitDue) {
      const commit = this.#commitTogether(this.#take()).finally(() => {
        this.#underWay.delete(commit);
        this.#startCommits();
      });
      this.#underWay.add(commit);
    }
  }

  #take(): Submission[] {
    let operations = 0;
    let count = 0;
    for (const submission of this.#waiting) {
      if (count > 0 && operations + submission.operations.length > this.#settings.commitOperationsMax) break;
      operations += submission.operations.length;
      count += 1;
    }
    this.#waitingOperations -= operations;
    return this.#waiting.splice(0, count);
  }

  async #commitTogether(submissions: readonly Submission[]): Promise<void> {
    try {
      const results = await this.#commitWithRetry(submissions);
      let offset = 0;
      for (const { operations, resolve } of submissions) {
        resolve(results.slice(offset, (offset += operations.length)));
      }
    } catch (error) {
      if (error instanceof StoreUnavailableError || submissions.length === 1) {
        for (const submission of submissions) submission.reject(error);
        return;
      }
      // A fault that is not the engine's: one submission must not hold up the others, so each goes alone.
      this.#logger.error({ err: error }, 'a merged commit failed; committing its batches one by one');
      for (const submission of submissions) await this.#commitTogether([submission]);
    }
  }

  async #commitWithRetry(submissions: readonly Submission[]): Promise<readonly CommitResult[]> {
    const batch = submissions.flatMap((submission) => submission.operations);
    const span = spanOf(submissions);
    const told = submissions.flatMap((submission) => submission.told ?? []);
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#commit(batch, submissions.length, span, told);
      } catch (error) {
        if (!(error instanceof StoreUnavailableError) || attempt >= this.#settings.commitAttemptsMax)
          throw error;
        this.#logger.warn(
          { err: error, attempt },
          'the ledger is not available; trying the same batch again',
        );
        this.#observer.retried();
        await sleep(Math.random() * this.#settings.retryDelayMs * 2 ** (attempt - 1));
      }
    }
  }

  async #commit(
    batch: readonly AcceptedOperation[],
    submissions: number,
    span: Span | undefined,
    told: readonly KnownHead[],
  ): Promise<readonly CommitResult[]> {
    const startedAt = performance.now();
    const decision = await this.#writer.commit(batch, span, told);
    this.#observer.committed({
      operations: batch.length,
      written: decision.write?.header.operationCount ?? 0,
      submissions,
      seconds: (performance.now() - startedAt) / 1000,
    });
    return decision.results;
  }
}

/** The spans of all submissions that are traced: each trace shows the commit that they share. */
function spanOf(submissions: readonly Submission[]): Span | undefined {
  if (submissions.length === 1) return submissions[0]!.span;
  return asOneSpan(submissions.flatMap(({ span }) => span ?? []));
}
