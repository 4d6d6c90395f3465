import { cutIntoRuns, packRecord, type RecordEntry } from '../operation-record.ts';
import type { KnownOperation } from '../queue.ts';
import { uuidBytes } from '../uuid.ts';
import { ResultIndex } from './result-index.ts';
import { packResults, readResults, type ResultsDatabase } from './results-database.ts';

/** Small enough to copy for the sake of one result, large enough that most of a write is results. */
const RESULTS_RECORD = { operationsMax: 1000, bytesMax: 16 * 1024 };
/** Old results are dropped at most this many times as fast as new ones come. */
const DROPPED_FOR_ONE_KEPT_MAX = 2;

/**
 * Final results, in the order in which they came, in records of several. A record's key is the number of
 * results stored before it, so the newest key less the oldest is how many are kept, and each result has a number: the key of its
 * record and its index there. Its writes belong in a transaction of GroupCommit.
 */
export class StoredResults {
  readonly #results: ResultsDatabase;
  readonly #keptMax: number;
  readonly #index: ResultIndex;
  #nextKey = 0;
  /** Of the oldest record. */
  #oldestKey = 0;

  /** Reads all of `results`, for `index`. */
  constructor(results: ResultsDatabase, keptMax: number, index = ResultIndex.of(results)) {
    this.#results = results;
    this.#keptMax = keptMax;
    this.#index = index;
    this.reload();
  }

  /** Looks again at what is stored: a transaction that these writes were part of has failed. */
  reload(): void {
    const [newest] = this.#results.getRange({ reverse: true, limit: 1 });
    const [oldest] = this.#results.getKeys({ limit: 1 });
    this.#nextKey = newest === undefined ? 0 : newest.key + readResults(newest.value).count;
    this.#oldestKey = oldest ?? this.#nextKey;
    this.#index.truncate(this.#nextKey);
  }

  /** What to answer for operation `id`, if its result is kept. */
  find(id: string): KnownOperation | undefined {
    const bytes = uuidBytes(id);
    return this.#index.find(bytes, (number) => this.#resultOf(bytes, number));
  }

  /** The result of this number, if it is of operation `id`, and on disk. */
  #resultOf(id: Buffer, number: number): KnownOperation | undefined {
    const [stored] = this.#results.getRange({ start: number, reverse: true, limit: 1 });
    if (stored === undefined) return undefined;
    const record = readResults(stored.value);
    const index = number - stored.key;
    if (index >= record.count || !record.idBytes(index).equals(id)) return undefined;
    return { state: 'final', json: record.json(index), named: record.named(index) };
  }

  /**
   * Stores results, and drops the oldest beyond `keptMax`. The index has them at once: from the moment when the transaction is
   * there they are no longer found in the queue, and until then the index finds nothing under their numbers.
   */
  store(entries: readonly RecordEntry[], nowMs: number): void {
    for (const run of cutIntoRuns(entries, RESULTS_RECORD)) {
      const record = packRecord(run, false, nowMs);
      void this.#results.put(this.#nextKey, packResults(record));
      this.#index.add(this.#nextKey, record);
      this.#nextKey += record.count;
    }
    this.#dropOldest(entries.length * DROPPED_FOR_ONE_KEPT_MAX);
  }

  /** Only keys are read: they lie together, and what is dropped is in memory no more. */
  #dropOldest(countMax: number): void {
    if (this.#nextKey - this.#oldestKey <= this.#keptMax) return;
    let dropped = 0;
    // Where the newest record on disk ends is not seen: it stays.
    for (const nextKey of this.#results.getKeys({ start: this.#oldestKey + 1 })) {
      const count = nextKey - this.#oldestKey;
      if (this.#nextKey - nextKey < this.#keptMax || (dropped > 0 && dropped + count > countMax)) break;
      void this.#results.remove(this.#oldestKey);
      this.#oldestKey = nextKey;
      dropped += count;
    }
    const [oldest] = this.#results.getKeys({ limit: 1 });
    this.#index.dropBelow(oldest ?? 0);
  }
}
