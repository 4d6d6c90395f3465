import { OperationRecord } from '../operation-record.ts';
import type { BatchLimits, QueuedRecord } from '../queue.ts';
import type { Databases } from './databases.ts';
import { writePlace } from './operation-place.ts';

/**
 * The records of the queue, in order of their positions. Its writes belong in a transaction of GroupCommit;
 * when one fails, the positions it would have had stay empty, which does no harm.
 */
export class RecordLog {
  readonly #databases: Databases;
  #nextPosition = 1;

  constructor(databases: Databases) {
    this.#databases = databases;
  }

  /** Reads all there is, once, at the start: how many operations, and where the log goes on. */
  load(): number {
    let count = 0;
    for (const { key, value } of this.#databases.queue.getRange()) {
      const record = new OperationRecord(value);
      count += record.count;
      this.#nextPosition = key + 1;
    }
    return count;
  }

  /** Puts a record at the end, and points the ids at `indexes` to it. */
  put(record: OperationRecord, indexes: Iterable<number>): void {
    const key = this.#nextPosition;
    this.#nextPosition += 1;
    void this.#databases.queue.put(key, record.bytes);
    for (const index of indexes) {
      void this.#databases.operations.put(
        record.idBytes(index),
        writePlace({ database: 'queue', key, index }),
      );
    }
  }

  remove(position: number): void {
    void this.#databases.queue.remove(position);
  }

  oldest(): OperationRecord | undefined {
    const [oldest] = this.#databases.queue.getRange({ limit: 1 });
    return oldest && new OperationRecord(oldest.value);
  }

  /** The records after `position`: at least one, if there is one, and then as many as fit in the limits. */
  read(position: number, { operationsMax, bytesMax }: BatchLimits): QueuedRecord[] {
    const records: QueuedRecord[] = [];
    let operations = 0;
    let bytes = 0;
    for (const { key, value } of this.#databases.queue.getRange({ start: position + 1 })) {
      const record = new OperationRecord(value);
      operations += record.count;
      bytes += value.length;
      if (records.length > 0 && (operations > operationsMax || bytes > bytesMax)) break;
      records.push({ position: key, record });
    }
    return records;
  }
}
