import type { Logger } from '@lastro/service';
import type { BatchLimits, OperationQueue, Outcome, QueuedRecord } from '../queue/queue.ts';
import { type BackoffLimits, pauseAfter } from './backoff.ts';
import type { BatchTrace, BatchTraces } from './batch-trace.ts';
import { Batch } from './batch.ts';
import type { Delivery } from './deliver.ts';

/** What a worker tells those who watch it. */
export interface WorkerObserver {
  /** A batch of so many operations is on its way. */
  began(operations: number): void;
  /** It is answered, or left to the next start. */
  ended(): void;
  /** The outcomes of these records are stored. */
  settled(records: readonly QueuedRecord[]): void;
}

export interface WorkerOptions {
  readonly limits: BatchLimits;
  readonly backoff: BackoffLimits;
  /**
   * Told of each operation that is final or dead, once that is in the queue's own store; and whether it was taken here, or by
   * another business service.
   */
  readonly onSettled: (id: string, outcome: Outcome, isTakenHere: boolean) => void;
  readonly observer?: WorkerObserver | undefined;
  /** For a queue that several services read; without it, a batch is sent until it is answered. */
  readonly handOver?: HandOver | undefined;
  /** Where traces are on. */
  readonly traces?: BatchTraces | undefined;
}

/** When a batch is left to another business service. */
export interface HandOver {
  /** Once it has been in doubt for so long. */
  readonly afterMs: number;
  /** Whether the ledger can be reached from here: if not, no place in line is taken again. */
  readonly isLedgerThere: () => Promise<boolean>;
}

/**
 * Takes operations from the queue to the data service: one batch after the other, in order, each as large as
 * what has gathered, with no lingering. States:
 *
 * - waiting: the queue has nothing; `next` wakes it.
 * - delivering: a batch is with the data service (see Delivery), for as long as it takes.
 * - settling: its outcomes go into the queue's store and its records out, in one step. If the process dies
 *   before that, the batch is sent again after the next start, and the ids answer (I1, I2).
 * - handing over, where another service may do better: the batch, and its place in line, are left to that until the ledger
 *   can be reached from here.
 * - stopped.
 *
 * The next batch is delivered while the one before is settled: both are in the ledger already.
 */
export class Worker {
  readonly #queue: OperationQueue;
  readonly #delivery: Delivery;
  readonly #options: WorkerOptions;
  readonly #logger: Logger;
  readonly #stop = new AbortController();
  readonly #abort = new AbortController();
  #running: Promise<void> | undefined;

  constructor(queue: OperationQueue, delivery: Delivery, options: WorkerOptions, logger: Logger) {
    this.#queue = queue;
    this.#delivery = delivery;
    this.#options = options;
    this.#logger = logger;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /**
   * Begins no other batch; the one under way has `deadlineMs` to be answered, and is left to the next start
   * after that. What was answered is settled.
   */
  async stop(deadlineMs: number): Promise<void> {
    this.#stop.abort();
    const timer = setTimeout(() => this.#abort.abort(), deadlineMs);
    await this.#running;
    clearTimeout(timer);
  }

  async #run(): Promise<void> {
    const giveUpAfterMs = this.#options.handOver?.afterMs;
    const limits = { stop: this.#stop.signal, abort: this.#abort.signal, giveUpAfterMs };
    let settling: Promise<void> = Promise.resolve();
    for (;;) {
      const records = await this.#queue.next(this.#options.limits, limits.stop);
      if (records.length === 0) break;
      const batch = Batch.of(records);
      this.#options.observer?.began(batch.count);
      const trace = this.#options.traces?.begin(records);
      const outcomes = await this.#delivery.deliver(batch, limits, trace?.span);
      this.#options.observer?.ended();
      await settling;
      if (outcomes === undefined) trace?.left();
      if (outcomes !== undefined) settling = this.#settle(records, outcomes, trace);
      else if (limits.stop.aborted) break;
      else await this.#handOver();
    }
    await settling;
  }

  async #handOver(): Promise<void> {
    this.#logger.warn(
      'the ledger cannot be reached from here; operations are left to other business services',
    );
    await this.#queue.giveBack?.();
    const stop = this.#stop.signal;
    for (let attempt = 1; !stop.aborted; attempt += 1) {
      if (await this.#options.handOver?.isLedgerThere()) return;
      await pauseAfter(attempt, this.#options.backoff, stop);
    }
  }

  /**
   * Stores what became of the records, then tells those who wait. The ledger has it durably, so nothing is lost
   * if this fails; it is told only afterwards so that nobody who was told `posted` reads `accepted` later.
   */
  async #settle(
    records: readonly QueuedRecord[],
    outcomes: readonly Outcome[],
    trace: BatchTrace | undefined,
  ): Promise<void> {
    const settling = trace?.span.child('settle');
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#queue.settle(records, outcomes);
        break;
      } catch (error) {
        this.#logger.error({ err: error, attempt }, 'results cannot be stored; trying again');
        // A full disk: at the end the records stay, and are sent again after the next start.
        if (this.#abort.signal.aborted) return trace?.left();
        await pauseAfter(attempt, this.#options.backoff, this.#abort.signal);
      }
    }
    settling?.end();
    trace?.settled(outcomes);
    this.#options.observer?.settled(records);
    let index = 0;
    for (const { record, takenElsewhere } of records) {
      for (const id of record.ids) this.#options.onSettled(id, outcomes[index++]!, takenElsewhere !== true);
    }
  }
}
