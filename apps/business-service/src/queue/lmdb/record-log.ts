import type { Database } from 'lmdb';
import { RenewedMap } from '../../renewed-map.ts';
import { OperationRecord } from '../operation-record.ts';
import type { OperationTrace } from '../operation-traces.ts';
import type { BatchLimits, QueuedRecord } from '../queue.ts';
import { RecordsAtHand } from './records-at-hand.ts';
import type { StoredTraces } from './stored-traces.ts';

/** More than the operations of one record. */
const INDEX_SPAN = 2 ** 16;

export interface RecordLogOptions {
  /** Where traces are on. */
  readonly traces?: StoredTraces | undefined;
  /** Most that is kept in memory of what was not delivered yet; none, unless it is said. */
  readonly atHandBytesMax?: number;
}

/**
 * The records of the queue, in order of their positions, and in memory where each of their operations is: an index on
 * disk would cost as much as the queue itself, and is read anew at the start. Its writes belong in a transaction of
 * GroupCommit; when one fails, the positions it would have had stay empty, which does no harm.
 */
export class RecordLog {
  /** Position -> OperationRecord. */
  readonly #queue: Database<Buffer, number>;
  /** For each operation, by id: position of its record * INDEX_SPAN + its index there. */
  readonly #places = new RenewedMap<string, number>();
  readonly #traces: StoredTraces | undefined;
  readonly #atHand: RecordsAtHand;
  #nextPosition = 1;

  constructor(queue: Database<Buffer, number>, { traces, atHandBytesMax = 0 }: RecordLogOptions = {}) {
    this.#queue = queue;
    this.#traces = traces;
    this.#atHand = new RecordsAtHand(atHandBytesMax);
  }

  get keepsTraces(): boolean {
    return this.#traces !== undefined;
  }

  /**
   * Reads all there is, once, at the start: how many operations, where they are, and where the log goes on. `isFinal`: whether
   * the result of an operation is kept.
   */
  load(isFinal: (id: string) => boolean): number {
    let count = 0;
    for (const { key, value } of this.#queue.getRange()) {
      const record = OperationRecord.read(value);
      count += record.count;
      this.#nextPosition = key + 1;
      for (const [index, id] of record.ids.entries()) {
        // Of a group that was sent again from the dead-letter list, some may be final already.
        if (!record.atomic || !isFinal(id)) this.#places.set(id, key * INDEX_SPAN + index);
      }
    }
    this.#traces?.tidy((position) => this.#queue.getBinary(position));
    return count;
  }

  /**
   * Puts a record at the end. Its operations at `indexes` are found there as soon as it is on disk. `traces`: of its
   * operations.
   */
  put(record: OperationRecord, indexes: Iterable<number>, traces?: readonly OperationTrace[]): QueuedRecord {
    const key = this.#nextPosition;
    this.#nextPosition += 1;
    void this.#queue.put(key, record.bytes);
    if (traces !== undefined) this.#traces?.put(key, record, traces);
    const { ids } = record;
    for (const index of indexes) this.#places.set(ids[index]!, key * INDEX_SPAN + index);
    return queuedAt(key, record, traces);
  }

  /** These records, which were put, are on disk now. */
  keep(records: readonly QueuedRecord[]): void {
    for (const queued of records) this.#atHand.keep(queued);
  }

  /** The operation `id`, if it is in the queue. */
  find(id: string): { readonly record: OperationRecord; readonly index: number } | undefined {
    const place = this.#places.get(id);
    if (place === undefined) return undefined;
    const record = this.at(Math.floor(place / INDEX_SPAN));
    return record && { record, index: place % INDEX_SPAN };
  }

  /** How many operations can be found. */
  get size(): number {
    return this.#places.size;
  }

  /** Where the record is that operation `id` is in. */
  positionOf(id: string): number | undefined {
    const place = this.#places.get(id);
    return place === undefined ? undefined : Math.floor(place / INDEX_SPAN);
  }

  /** The record at `position`, if there is one. */
  at(position: number): OperationRecord | undefined {
    const kept = this.#atHand.at(position);
    if (kept !== undefined) return kept.record;
    const bytes = this.#queue.getBinary(position);
    return bytes && OperationRecord.read(bytes);
  }

  /** Where the newest record was put; whatever is put later comes after it. */
  get lastPosition(): number {
    return this.#nextPosition - 1;
  }

  remove(position: number): void {
    void this.#queue.remove(position);
    this.#traces?.remove(position);
  }

  /** Operations are no longer looked for in the queue: it does not hold them, or not any more. */
  forget(ids: Iterable<string>): void {
    for (const id of ids) this.#places.delete(id);
  }

  oldest(): OperationRecord | undefined {
    const [oldest] = this.#queue.getRange({ limit: 1 });
    return oldest && OperationRecord.read(oldest.value);
  }

  /**
   * The records after `position`: at least one, if there is one, and then as many as fit in the limits. Nobody may ask for them, or
   * for those before, again.
   */
  read(position: number, { operationsMax, bytesMax }: BatchLimits): QueuedRecord[] {
    const records: QueuedRecord[] = [];
    let operations = 0;
    let bytes = 0;
    let last = position;
    for (;;) {
      const queued = this.#atHand.at(last + 1) ?? this.#nextOnDisk(last);
      if (queued === undefined) break;
      operations += queued.record.count;
      bytes += queued.record.bytes.length;
      if (records.length > 0 && (operations > operationsMax || bytes > bytesMax)) break;
      records.push(queued);
      last = queued.position;
    }
    this.#atHand.releaseUpTo(last);
    return records;
  }

  /** The record after `position`, where the next position has none, or one that is not at hand. */
  #nextOnDisk(position: number): QueuedRecord | undefined {
    const [next] = this.#queue.getRange({ start: position + 1, limit: 1 });
    if (next === undefined) return undefined;
    const kept = this.#atHand.at(next.key);
    if (kept !== undefined) return kept;
    const record = OperationRecord.read(next.value);
    return queuedAt(next.key, record, this.#traces?.of(next.key, record));
  }
}

function queuedAt(
  position: number,
  record: OperationRecord,
  traces: readonly OperationTrace[] | undefined,
): QueuedRecord {
  return traces === undefined ? { position, record } : { position, record, traces };
}
