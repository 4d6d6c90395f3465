import { cutIntoRuns, OperationRecord, packRecord, type RecordEntry } from '../operation-record.ts';
import type { KnownOperation } from '../queue.ts';
import type { Databases } from './databases.ts';
import { readPlace, writePlace } from './operation-place.ts';

/** Small enough to copy for the sake of one result, large enough that most of a write is results. */
const RESULTS_RECORD = { operationsMax: 1000, bytesMax: 16 * 1024 };
/** Old results are dropped at most this many times as fast as new ones come. */
const DROPPED_FOR_ONE_KEPT_MAX = 2;

/**
 * Final results, in the order in which they came, in records of several. A record's key is the number of
 * results stored before it, so the newest key less the oldest is how many are kept. Its writes belong in a
 * transaction of GroupCommit.
 */
export class StoredResults {
  readonly #databases: Databases;
  readonly #keptMax: number;
  #nextKey = 0;
  /** No record before this key is left; it may be too low, never too high. */
  #oldestKey = 0;

  constructor(databases: Databases, keptMax: number) {
    this.#databases = databases;
    this.#keptMax = keptMax;
    this.reload();
  }

  /** Looks again at what is stored: a transaction that these writes were part of has failed. */
  reload(): void {
    const { results } = this.#databases;
    const [newest] = results.getRange({ reverse: true, limit: 1 });
    const [oldest] = results.getKeys({ limit: 1 });
    this.#nextKey = newest === undefined ? 0 : newest.key + OperationRecord.read(newest.value).count;
    this.#oldestKey = oldest ?? this.#nextKey;
  }

  /** What to answer for the result at `index` of record `key`. */
  known(key: number, index: number): KnownOperation | undefined {
    const bytes = this.#databases.results.getBinary(key);
    if (bytes === undefined) return undefined;
    const record = OperationRecord.read(bytes);
    return { state: 'final', json: record.json(index), named: record.named(index) };
  }

  /** Stores results, points their ids at them, and drops the oldest results beyond `keptMax`. */
  store(entries: readonly RecordEntry[], nowMs: number): void {
    for (const run of cutIntoRuns(entries, RESULTS_RECORD)) {
      const record = packRecord(run, false, nowMs);
      void this.#databases.results.put(this.#nextKey, record.bytes);
      for (let index = 0; index < record.count; index += 1) {
        const place = writePlace({ database: 'results', key: this.#nextKey, index });
        void this.#databases.operations.put(record.idBytes(index), place);
      }
      this.#nextKey += record.count;
    }
    this.#dropOldest(entries.length * DROPPED_FOR_ONE_KEPT_MAX);
  }

  #dropOldest(countMax: number): void {
    if (this.#nextKey - this.#oldestKey <= this.#keptMax) return;
    const { results } = this.#databases;
    let dropped = 0;
    for (const { key, value } of results.getRange({ start: this.#oldestKey })) {
      const record = OperationRecord.read(value);
      const keptWithout = this.#nextKey - (key + record.count);
      if (keptWithout < this.#keptMax || (dropped > 0 && dropped + record.count > countMax)) break;
      this.#forget(record, key);
      void results.remove(key);
      this.#oldestKey = key + record.count;
      dropped += record.count;
    }
  }

  /** An id may have moved on since (sent again after a crash): only those that still point here are removed. */
  #forget(record: OperationRecord, key: number): void {
    const { operations } = this.#databases;
    for (let index = 0; index < record.count; index += 1) {
      const id = record.idBytes(index);
      const stored = operations.getBinary(id);
      if (stored === undefined) continue;
      const place = readPlace(stored);
      if (place.database === 'results' && place.key === key) void operations.remove(id);
    }
  }
}
