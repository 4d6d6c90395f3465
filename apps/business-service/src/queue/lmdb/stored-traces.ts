import type { Database, RootDatabase } from 'lmdb';
import type { OperationRecord } from '../operation-record.ts';
import { type OperationTrace, packTraces, readTraces } from '../operation-traces.ts';

/** Of the record: whatever else has come to its position is another one. */
const CHECKSUM_SIZE_BYTES = 4;

/**
 * Which traces the operations in the queue belong to: a database of its own beside the records, so that these are the same
 * with traces and without. It is opened only where traces are on, and has an entry only for a record with an operation
 * that is traced. Its writes belong in a transaction of GroupCommit. What is missing or wrong here costs a trace, never an
 * operation.
 */
export class StoredTraces {
  /** Position -> the record's checksum, and what is traced of it. */
  readonly #traces: Database<Buffer, number>;

  constructor(root: RootDatabase) {
    this.#traces = root.openDB<Buffer, number>('traces', { encoding: 'binary' });
  }

  /** Removes what is left of records that are gone: they were settled while traces were off. */
  tidy(recordAt: (position: number) => Buffer | undefined): void {
    for (const { key, value } of this.#traces.getRange()) {
      const bytes = recordAt(key);
      if (bytes === undefined || !isAbout(value, bytes)) void this.#traces.remove(key);
    }
  }

  put(position: number, record: OperationRecord, traces: readonly OperationTrace[]): void {
    const checksum = record.bytes.subarray(0, CHECKSUM_SIZE_BYTES);
    void this.#traces.put(position, Buffer.concat([checksum, packTraces(traces)]));
  }

  /** The traces of the record at `position`; undefined: none. */
  of(position: number, record: OperationRecord): readonly OperationTrace[] | undefined {
    const stored = this.#traces.getBinary(position);
    if (stored === undefined || !isAbout(stored, record.bytes)) return undefined;
    return readTraces(stored.subarray(CHECKSUM_SIZE_BYTES), record.count);
  }

  remove(position: number): void {
    void this.#traces.remove(position);
  }
}

function isAbout(stored: Buffer, record: Buffer): boolean {
  return stored.subarray(0, CHECKSUM_SIZE_BYTES).equals(record.subarray(0, CHECKSUM_SIZE_BYTES));
}
