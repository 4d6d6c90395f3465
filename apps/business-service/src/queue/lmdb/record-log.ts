import { OperationRecord } from '../operation-record.ts';
import type { OperationTrace } from '../operation-traces.ts';
import type { BatchLimits, QueuedRecord } from '../queue.ts';
import { uuidBytes } from '../uuid.ts';
import type { Databases } from './databases.ts';
import type { StoredTraces } from './stored-traces.ts';
import { readPlace } from './operation-place.ts';

/** More than the operations of one record. */
const INDEX_SPAN = 2 ** 16;

/**
 * The records of the queue, in order of their positions, and in memory where each of their operations is: an index on
 * disk would cost as much as the queue itself, and is read anew at the start. Its writes belong in a transaction of
 * GroupCommit; when one fails, the positions it would have had stay empty, which does no harm.
 */
export class RecordLog {
  readonly #databases: Pick<Databases, 'queue' | 'operations'>;
  /** For each operation, by id: position of its record * INDEX_SPAN + its index there. */
  readonly #places = new Map<string, number>();
  readonly #traces: StoredTraces | undefined;
  #nextPosition = 1;

  /** `traces`: where they are on. */
  constructor(databases: Pick<Databases, 'queue' | 'operations'>, traces?: StoredTraces) {
    this.#databases = databases;
    this.#traces = traces;
  }

  get keepsTraces(): boolean {
    return this.#traces !== undefined;
  }

  /** Reads all there is, once, at the start: how many operations, where they are, and where the log goes on. */
  load(): number {
    let count = 0;
    for (const { key, value } of this.#databases.queue.getRange()) {
      const record = OperationRecord.read(value);
      count += record.count;
      this.#nextPosition = key + 1;
      for (const [index, id] of record.ids.entries()) {
        // Of a group that was sent again from the dead-letter list, some may be final already.
        if (!record.atomic || !this.#isFinal(id)) this.#places.set(id, key * INDEX_SPAN + index);
      }
    }
    this.#traces?.tidy((position) => this.#databases.queue.getBinary(position));
    return count;
  }

  #isFinal(id: string): boolean {
    const place = this.#databases.operations.getBinary(uuidBytes(id));
    return place !== undefined && readPlace(place).database === 'results';
  }

  /** Puts a record at the end. Its operations at `indexes` are found there from now on. `traces`: of its operations. */
  put(record: OperationRecord, indexes: Iterable<number>, traces?: readonly OperationTrace[]): void {
    const key = this.#nextPosition;
    this.#nextPosition += 1;
    void this.#databases.queue.put(key, record.bytes);
    if (traces !== undefined) this.#traces?.put(key, record, traces);
    const { ids } = record;
    for (const index of indexes) this.#places.set(ids[index]!, key * INDEX_SPAN + index);
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
    const bytes = this.#databases.queue.getBinary(position);
    return bytes && OperationRecord.read(bytes);
  }

  /** Where the newest record was put; whatever is put later comes after it. */
  get lastPosition(): number {
    return this.#nextPosition - 1;
  }

  remove(position: number): void {
    void this.#databases.queue.remove(position);
    this.#traces?.remove(position);
  }

  /** Operations are no longer looked for in the queue: it does not hold them, or not any more. */
  forget(ids: Iterable<string>): void {
    for (const id of ids) this.#places.delete(id);
  }

  oldest(): OperationRecord | undefined {
    const [oldest] = this.#databases.queue.getRange({ limit: 1 });
    return oldest && OperationRecord.read(oldest.value);
  }

  /** The records after `position`: at least one, if there is one, and then as many as fit in the limits. */
  read(position: number, { operationsMax, bytesMax }: BatchLimits): QueuedRecord[] {
    const records: QueuedRecord[] = [];
    let operations = 0;
    let bytes = 0;
    for (const { key, value } of this.#databases.queue.getRange({ start: position + 1 })) {
      const record = OperationRecord.read(value);
      operations += record.count;
      bytes += value.length;
      if (records.length > 0 && (operations > operationsMax || bytes > bytesMax)) break;
      const traces = this.#traces?.of(key, record);
      records.push(traces === undefined ? { position: key, record } : { position: key, record, traces });
    }
    return records;
  }
}
