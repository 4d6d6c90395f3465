import assert from 'node:assert/strict';
import { ProblemError } from '@lastro/service';
import { RenewedMap } from '../../renewed-map.ts';
import { Arrivals } from '../arrivals.ts';
import {
  discardLetter,
  LettersOnTheMove,
  recordOf,
  sortOutcomes,
  type StoredDeadLetter,
} from '../dead-letter.ts';
import type { RecordEntry, RecordLimits } from '../operation-record.ts';
import type {
  BatchLimits,
  DeadLetter,
  DiscardOutcome,
  KnownOperation,
  OperationQueue,
  Outcome,
  QueuedRecord,
} from '../queue.ts';
import type { FreeSpace } from '../disk-space.ts';
import { closeDatabases, type Databases, openDatabases } from './databases.ts';
import { GatheredAppends } from './gathered-appends.ts';
import { GroupCommit, type Write } from './group-commit.ts';
import { countLeftAtBroker } from './left-at-broker.ts';
import { RecordLog } from './record-log.ts';
import { StoredDeadLetters } from './stored-dead-letters.ts';
import { StoredResults } from './stored-results.ts';
import { StoredTraces } from './stored-traces.ts';

/** What is written in this time is much less than any sensible reserve. */
const FREE_SPACE_AGE_MAX_MS = 100;

export interface LmdbQueueOptions {
  readonly directory: string;
  /** The business service that the directory belongs to. */
  readonly businessId: string;
  /** Most operations that may be in the queue and on the dead-letter list together. */
  readonly depthMax: number;
  /** Most results that are kept; the oldest go first. */
  readonly resultsKeptMax: number;
  /** How large a record of operations that are no atomic group may be. */
  readonly record: RecordLimits;
  /** Most text, in UTF-16 units, that may wait for the disk. */
  readonly unwrittenLengthMax: number;
  /** Most that is kept in memory, besides on disk, of records that were not delivered yet, in bytes. */
  readonly atHandBytesMax: number;
  /** A transaction that takes longer makes the queue `stalled`: nothing more is taken until it ends. */
  readonly stalledAfterMs: number;
  /** Of the disk that the directory is on. */
  readonly freeSpace: FreeSpace;
  /** With less free space, nothing more is taken; with less than half of it, nothing at all is written. */
  readonly freeBytesMin: number;
  /** Whether to keep which traces operations belong to. */
  readonly keepsTraces?: boolean;
  /**
   * Told how many operations may still be in the replicated queue, from when this service had that one. Throws
   * QueueDirectoryError to leave this one closed.
   */
  readonly onLeftAtBroker: (operations: number) => void;
  /** Told, once, that what is on disk is no longer known: the process must end, and start again. */
  readonly onBroken: (error: unknown) => void;
}

/** Operations that were appended and are not on disk yet. */
interface Unwritten {
  readonly json: string;
  readonly onDisk: Promise<void>;
}

/** The queue of one business service in one LMDB environment. See OperationQueue for what it promises. */
export class LmdbQueue implements OperationQueue {
  readonly #options: LmdbQueueOptions;
  readonly #databases: Databases;
  readonly #commits: GroupCommit;
  readonly #log: RecordLog;
  readonly #results: StoredResults;
  readonly #letters: StoredDeadLetters;
  readonly #unwritten = new RenewedMap<string, Unwritten>();
  #unwrittenLength = 0;
  #gathering: { readonly appends: GatheredAppends; readonly onDisk: Promise<void> } | undefined;
  #depth: number;
  #deliveredUpTo = 0;
  readonly #arrivals = new Arrivals();
  readonly #lettersOnTheMove = new LettersOnTheMove();

  /** @throws QueueDirectoryError */
  static open(options: LmdbQueueOptions): Promise<LmdbQueue> {
    const { directory, businessId, onLeftAtBroker } = options;
    return openDatabases(directory, businessId, (databases) => {
      const results = new StoredResults(databases.results, options.resultsKeptMax);
      const leftCount = countLeftAtBroker(databases.root, results);
      if (leftCount > 0) onLeftAtBroker(leftCount);
      return new LmdbQueue(options, databases, results);
    });
  }

  private constructor(options: LmdbQueueOptions, databases: Databases, results: StoredResults) {
    this.#options = options;
    this.#databases = databases;
    // Half of the reserve is for results and for what operators do.
    const hasRoom = () => options.freeSpace(0) >= options.freeBytesMin / 2;
    this.#commits = new GroupCommit(databases.root, hasRoom, options.onBroken);
    const traces = options.keepsTraces === true ? new StoredTraces(databases.root) : undefined;
    this.#log = new RecordLog(databases.queue, { traces, atHandBytesMax: options.atHandBytesMax });
    this.#results = results;
    this.#letters = new StoredDeadLetters(databases.deadLetters);
    this.#depth = this.#log.load((id) => results.find(id) !== undefined);
  }

  get depth(): number {
    return this.#depth;
  }

  get deadLetterCount(): number {
    return this.#letters.count;
  }

  get oldestAppendedAtMs(): number | undefined {
    return this.#log.oldest()?.packedAtMs;
  }

  get health(): 'writable' | 'full' | 'stalled' {
    if (this.#isStalled) return 'stalled';
    return this.#held >= this.#options.depthMax || !this.#hasRoomToTake ? 'full' : 'writable';
  }

  get #isStalled(): boolean {
    return this.#commits.broken || this.#commits.busyForMs > this.#options.stalledAfterMs;
  }

  /** What counts against `depthMax`: whatever was accepted and is not final. */
  get #held(): number {
    return this.#depth + this.#letters.count;
  }

  get #hasRoomToTake(): boolean {
    return this.#options.freeSpace(FREE_SPACE_AGE_MAX_MS) >= this.#options.freeBytesMin;
  }

  append(entries: readonly RecordEntry[], atomic: boolean): Promise<void> {
    assert(entries.length > 0, 'something to append');
    const refusal = this.#refusal(entries);
    if (refusal !== undefined) return Promise.reject(refusal);
    const { appends, onDisk } = (this.#gathering ??= this.#startGathering());
    const lengthBefore = appends.length;
    appends.add(entries, atomic);
    this.#unwrittenLength += appends.length - lengthBefore;
    for (const { id, json } of entries) this.#unwritten.set(id, { json, onDisk });
    this.#depth += entries.length;
    if (!this.#commits.addWeight(entries.length)) this.#gathering = undefined;
    return onDisk;
  }

  /** I9: past a limit nothing is taken, and nothing that was taken is dropped. */
  #refusal(entries: readonly RecordEntry[]): ProblemError | undefined {
    if (this.#held + entries.length > this.#options.depthMax) {
      return new ProblemError(
        'queue_full',
        `The queue holds ${this.#held} operations; its limit is ${this.#options.depthMax}.`,
      );
    }
    if (this.#unwrittenLength > this.#options.unwrittenLengthMax) {
      return new ProblemError('queue_full', 'More is waiting for the disk than it can write right now.');
    }
    if (!this.#hasRoomToTake) return new ProblemError('queue_full', 'The disk of the queue is nearly full.');
    return this.#isStalled ? new ProblemError('queue_unavailable') : undefined;
  }

  #startGathering(): { appends: GatheredAppends; onDisk: Promise<void> } {
    const appends = new GatheredAppends();
    const closeGathering = () => {
      if (this.#gathering?.appends === appends) this.#gathering = undefined;
    };
    let records: readonly QueuedRecord[] = [];
    const written = this.#commits.submit({
      perform: () => {
        closeGathering();
        records = appends.putInto(this.#log, this.#options.record, Date.now());
      },
      written: () => this.#log.keep(records),
      undo: () => {
        // Without room on the disk it was not even performed: what comes now must not join what is refused.
        closeGathering();
        this.#depth -= appends.count;
        this.#log.forget(appends.ids());
      },
    });
    const done = () => {
      this.#unwrittenLength -= appends.length;
      for (const id of appends.ids()) this.#unwritten.delete(id);
      this.#arrivals.tell();
    };
    return { appends, onDisk: written.finally(done) };
  }

  find(id: string): KnownOperation | undefined {
    const unwritten = this.#unwritten.get(id);
    if (unwritten !== undefined) return { state: 'accepted', ...unwritten };
    const queued = this.#log.find(id);
    if (queued !== undefined) {
      return { state: 'accepted', json: queued.record.json(queued.index), onDisk: undefined };
    }
    return this.#letters.find(id) ?? this.#results.find(id);
  }

  async next(limits: BatchLimits, signal: AbortSignal): Promise<readonly QueuedRecord[]> {
    while (!signal.aborted) {
      const records = this.#log.read(this.#deliveredUpTo, limits);
      this.#deliveredUpTo = records.at(-1)?.position ?? this.#deliveredUpTo;
      if (records.length > 0) return records;
      await this.#arrivals.wait(signal);
    }
    return [];
  }

  async settle(records: readonly QueuedRecord[], outcomes: readonly Outcome[]): Promise<void> {
    const nowMs = Date.now();
    const sorted = sortOutcomes(records, outcomes, new Date(nowMs).toISOString());
    const finals = sorted.flatMap((result) => result.finals);
    const letters = sorted.flatMap((result) => result.letters);
    const settled = this.#commits.submit({
      perform: () => {
        for (const { position } of records) this.#log.remove(position);
        this.#results.store(finals, nowMs);
        for (const letter of letters) this.#letters.add(letter);
      },
      undo: () => {
        this.#results.reload();
        this.#letters.reload();
      },
    });
    this.#commits.addWeight(outcomes.length);
    await settled;
    for (const { record } of records) this.#log.forget(record.ids);
    this.#depth -= outcomes.length;
  }

  deadLetters(after: number, limit: number): readonly DeadLetter[] {
    return this.#letters.list(after, limit);
  }

  async retryDeadLetter(id: string): Promise<boolean> {
    const letter = this.#letters.holding(id);
    if (letter === undefined) return false;
    const record = recordOf(letter, Date.now());
    const taken = await this.#takeLetter(letter, {
      perform: () => {
        this.#log.put(
          record,
          letter.failures.map(({ index }) => index),
        );
      },
      undo: () => this.#log.forget(record.ids),
    });
    if (taken) this.#depth += record.count;
    this.#arrivals.tell();
    return taken;
  }

  discardDeadLetter(id: string, failedAt?: string): Promise<DiscardOutcome> {
    return discardLetter(this.#letters.holding(id), failedAt, (letter) =>
      this.#takeLetter(letter, { perform: () => undefined, undo: () => undefined }),
    );
  }

  /** Removes a dead letter in one transaction with `write`; false when another request is just doing so. */
  #takeLetter(letter: StoredDeadLetter, write: Write): Promise<boolean> {
    return this.#lettersOnTheMove.move(letter, () =>
      this.#commits.submit({
        perform: () => {
          write.perform();
          this.#letters.remove(letter.number);
        },
        written: () => this.#letters.forget(letter),
        undo: () => {
          write.undo();
          this.#letters.reload();
        },
      }),
    );
  }

  close(): Promise<void> {
    return closeDatabases(this.#databases, this.#commits);
  }
}
