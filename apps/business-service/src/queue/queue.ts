import type { Named, OperationRecord, RecordEntry } from './operation-record.ts';
import type { OperationTrace } from './operation-traces.ts';

/** A record of the queue, with its place in it. */
export interface QueuedRecord {
  readonly position: number;
  readonly record: OperationRecord;
  /** Where operations of it are traced, and traces are on. */
  readonly traces?: readonly OperationTrace[];
  /** Another business service took it, and answers those who wait for it there. */
  readonly takenElsewhere?: true;
}

/** What became of an operation that left the queue. */
export type Outcome = FinalResult | ({ readonly kind: 'dead' } & Failure);

/** Posted or rejected, for ever (I6). */
export interface FinalResult {
  readonly kind: 'final';
  /** The Operation as the data service answered it, as JSON text. */
  readonly json: string;
  readonly status: 'posted' | 'rejected';
  /** Why it was rejected. */
  readonly reason?: string | undefined;
}

/** Why an operation could not become final. */
export interface Failure {
  /** `id_conflict`, or the code of the problem that the data service named. */
  readonly code: string;
  readonly detail: string;
  /** For a conflict: the Operation that owns the id, as JSON text, where the data service said so. */
  readonly owner?: string | undefined;
}

/** What the queue knows of an id. */
export type KnownOperation =
  /** In the queue. `json` is the SubmittedOperation; while `onDisk` is pending, nobody may be told of it (I1). */
  | { readonly state: 'accepted'; readonly json: string; readonly onDisk: Promise<void> | undefined }
  /** `json` is the final Operation. */
  | { readonly state: 'final'; readonly json: string; readonly named: Named }
  /** On the dead-letter list. `json` is the SubmittedOperation. */
  | { readonly state: 'dead'; readonly json: string; readonly failure: Failure };

/** One operation, or one atomic group, that the data service will not take as it is. */
export interface DeadLetter {
  /** Grows with every letter; the list is in this order. */
  readonly number: number;
  readonly failedAt: string;
  /** All of the group, or the one operation: SubmittedOperations as JSON text, in order. */
  readonly operations: readonly string[];
  /** One for each operation that has no final result, by its index in `operations`. */
  readonly failures: readonly (Failure & { readonly index: number })[];
}

/** What became of the wish to discard a dead letter. */
export type DiscardOutcome = 'discarded' | 'not_found' | 'not_a_conflict';

export interface BatchLimits {
  readonly operationsMax: number;
  readonly bytesMax: number;
}

/** What is known of the broker that has the queue, for those who watch. */
export interface BrokerState {
  /** Whether each connection to it is there, and can be used. */
  readonly connections: Readonly<Record<'publishing' | 'reading', boolean>>;
  /** What waits there, of all business services, as it was some seconds ago; empty: not known. */
  readonly queues: readonly {
    readonly queue: 'operations' | 'returned' | 'dead_letters' | 'unreadable';
    readonly messages: number;
    readonly messagesMax: number;
    /** Business services in line for it. */
    readonly readers: number;
  }[];
}

/**
 * A durable queue of operations, and what is known of each of them. Contract of every implementation:
 *
 * - `append` takes all of its entries or none, keeps them in the order of the calls, and resolves only when
 *   they would survive a power cut (I1). It never blocks on the reader: past the limit it refuses (I9).
 * - `next` delivers records in order. A record stays in the queue until it is settled; what was delivered
 *   and not settled when the process ended, however it ended, is delivered again after the next start.
 * - `settle` stores outcomes and removes records in one step: after a crash either all of it is there, or
 *   none and the records are delivered again.
 * - What entries say of traces is delivered with their records where that can be done; it may be lost.
 * - A final outcome, once stored, is answered by `find` until it is the oldest of more than `resultsKeptMax`.
 */
export interface OperationQueue {
  /** Operations that are neither final nor dead letters, those not yet on disk included. */
  readonly depth: number;
  readonly deadLetterCount: number;
  /** When the oldest record in the queue was appended, or `undefined` for an empty queue. */
  readonly oldestAppendedAtMs: number | undefined;
  /** Whether `append` can be expected to work, and if not, why. */
  readonly health: 'writable' | 'full' | 'stalled';
  /** For a queue at a broker. */
  readonly broker?: BrokerState;

  /**
   * Adds operations whose ids the queue does not know. An `atomic` group becomes one record, never split.
   *
   * @throws ProblemError `queue_full` or `queue_unavailable`: nothing was taken; `queue_in_doubt`: the queue cannot know whether
   * it has them, because the network failed.
   */
  append(entries: readonly RecordEntry[], atomic: boolean): Promise<void>;

  /** What is known of `id` (lower case), or `undefined`. */
  find(id: string): KnownOperation | undefined;

  /**
   * The records that follow those delivered before: at least one, then as many as are at hand and fit in `limits`. Waits
   * while there is none; empty only when `signal` was aborted. One caller at a time.
   */
  next(limits: BatchLimits, signal: AbortSignal): Promise<readonly QueuedRecord[]>;

  /**
   * For a queue that several services read: leaves what was delivered and not settled to another, that may reach the ledger.
   * It is delivered here again if there is no other.
   */
  giveBack?(): Promise<void>;

  /**
   * Takes delivered records out of the queue. `outcomes` has one for each of their operations, in order.
   *
   * @throws ProblemError `queue_unavailable`: nothing has changed; call it again.
   */
  settle(records: readonly QueuedRecord[], outcomes: readonly Outcome[]): Promise<void>;

  /** Dead letters after number `after`, oldest first. */
  deadLetters(after: number, limit: number): readonly DeadLetter[];

  /**
   * Puts the dead letter that holds operation `id` back at the end of the queue; false when there is none.
   *
   * @throws ProblemError as `append` does; the letter stays.
   */
  retryDeadLetter(id: string): Promise<boolean>;

  /**
   * Removes the dead letter that holds operation `id`, if it is a conflict of ids: its sender was told so, and
   * it can never be posted. Any other is an operation that was accepted, and stays (I1). With `failedAt`, only the letter
   * that failed then.
   *
   * @throws ProblemError `queue_unavailable`.
   */
  discardDeadLetter(id: string, failedAt?: string): Promise<DiscardOutcome>;

  /** Waits for what is being written, then frees everything. Nothing may be called afterwards. */
  close(): Promise<void>;
}
