import { createHash } from 'node:crypto';
import { BinaryWriter } from './binary-writer.ts';
import { microsecondsSince2000 } from './record.ts';

/** What the hash of a committed batch covers beside its records. */
export interface BatchHeader {
  /** 1, 2, 3... without a gap. */
  readonly number: number;
  readonly firstSequence: number;
  readonly operationCount: number;
  /** RFC 3339, UTC. */
  readonly postedAt: string;
}

/** The hash before the first batch. */
export const GENESIS_HASH: Buffer = Buffer.alloc(32);

/**
 * The hash of a committed batch (SHA-256): over the hash of the batch before it, its own header, and its
 * records in sequence order. Whoever changes one row, or the order of two, has to change every hash after
 * it, up to the head that somebody may have noted down (I8).
 */
export function batchHash(previousHash: Buffer, header: BatchHeader, records: Uint8Array): Buffer {
  const writer = new BinaryWriter();
  writer.bytes(previousHash);
  writer.int64(header.number);
  writer.int64(header.firstSequence);
  writer.int64(header.operationCount);
  writer.int64(microsecondsSince2000(header.postedAt));
  return createHash('sha256').update(writer.written()).update(records).digest();
}
