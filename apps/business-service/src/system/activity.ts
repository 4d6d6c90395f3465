import type { BusinessServiceState } from '@lastro/contract';
import type { Outcome, QueuedRecord } from '../queue/queue.ts';
import type { DeliveryObserver } from '../worker/deliver.ts';
import type { WorkerObserver } from '../worker/worker.ts';
import { TimeHistogram } from './time-histogram.ts';

type WorkerState = NonNullable<BusinessServiceState['worker']>;

interface BatchUnderWay {
  readonly operations: number;
  readonly since: string;
  retryingSince: string | null;
  attempts: number;
}

/** What the worker has done since the start, in plain numbers: it is told of every operation. */
export class Activity implements DeliveryObserver, WorkerObserver {
  posted = 0;
  rejected = 0;
  /** Answered by the ledger. */
  batches = 0;
  batchOperations = 0;
  readonly rejectedByReason = new Map<string, number>();
  /** From the queue to the result, of what became final since it was cleared. */
  readonly timesToPost = new TimeHistogram();
  #batch: BatchUnderWay | undefined;

  began(operations: number): void {
    this.#batch = { operations, since: new Date().toISOString(), retryingSince: null, attempts: 1 };
  }

  ended(): void {
    this.#batch = undefined;
  }

  delivered({ operations }: { readonly operations: number }): void {
    this.batches += 1;
    this.batchOperations += operations;
    if (this.#batch !== undefined) this.#batch.retryingSince = null;
  }

  retried(): void {
    if (this.#batch === undefined) return;
    this.#batch.retryingSince ??= new Date().toISOString();
    this.#batch.attempts += 1;
  }

  settled(records: readonly QueuedRecord[]): void {
    const nowMs = Date.now();
    for (const { record } of records) this.timesToPost.add(nowMs - record.packedAtMs, record.count);
  }

  /** An operation is final or dead. */
  settledOne(outcome: Outcome): void {
    if (outcome.kind !== 'final') return;
    if (outcome.status === 'posted') {
      this.posted += 1;
      return;
    }
    this.rejected += 1;
    const reason = outcome.reason ?? 'unknown';
    this.rejectedByReason.set(reason, (this.rejectedByReason.get(reason) ?? 0) + 1);
  }

  get worker(): WorkerState {
    const batch = this.#batch;
    if (batch === undefined)
      return { state: 'waiting', batchOperations: 0, since: null, retryingSince: null, attempts: 0 };
    const { operations, since, retryingSince, attempts } = batch;
    const state = retryingSince === null ? 'delivering' : 'retrying';
    return { state, batchOperations: operations, since, retryingSince, attempts };
  }
}
