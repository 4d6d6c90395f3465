import type { Database, RootDatabase } from 'lmdb';
import { compressSync, uncompressSync } from 'snappy';
import { DamagedRecordError, OperationRecord } from '../operation-record.ts';

const COMPRESSED = 'compressed-results';
/** As formats 1 and 2 had them. */
const PLAIN = 'results';

/** How many results were ever stored before it -> an OperationRecord of final Operations, compressed. */
export type ResultsDatabase = Database<Buffer, number>;

/** Takes a record out of what is stored. */
export type ReadResults = (stored: Buffer) => OperationRecord;

export function openResults(root: RootDatabase): ResultsDatabase {
  return openBinary(root, COMPRESSED);
}

/** What is stored for `record`: a quarter of its size, in the file and in the memory that the file is mapped into. */
export function packResults(record: OperationRecord): Buffer {
  return compressSync(record.bytes);
}

/**
 * The record in `stored`.
 *
 * @throws DamagedRecordError when it is not what was stored.
 */
export const readResults: ReadResults = (stored) => OperationRecord.read(uncompressed(stored));

/** The results of a queue that is only read, and may be of an older version. */
export function openStoredResults(root: RootDatabase): { results: ResultsDatabase; read: ReadResults } {
  return Array.from(root.getKeys(), String).includes(COMPRESSED)
    ? { results: openResults(root), read: readResults }
    : { results: openBinary(root, PLAIN), read: (stored) => OperationRecord.read(stored) };
}

/** Brings the results of an older version into the form of this one. To be run in a transaction. */
export function resultsMigration(root: RootDatabase): () => void {
  const plain = openBinary(root, PLAIN);
  const results = openResults(root);
  return () => {
    for (const { key, value } of plain.getRange())
      results.putSync(key, packResults(OperationRecord.read(value)));
    plain.dropSync();
  };
}

function openBinary(root: RootDatabase, name: string): ResultsDatabase {
  return root.openDB<Buffer, number>(name, { encoding: 'binary' });
}

function uncompressed(stored: Buffer): Buffer {
  try {
    // Copied: memory of the library's own is freed only between two turns of the event loop, and the start reads all there is in one.
    return uncompressSync(stored, { asBuffer: true, copyOutputData: true }) as Buffer;
  } catch (error) {
    throw new DamagedRecordError('a record of results is damaged', { cause: error });
  }
}
