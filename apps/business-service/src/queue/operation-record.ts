import assert from 'node:assert/strict';
import { crc32 } from 'node:zlib';
import type { OperationContent } from '@lastro/ledger';
import type { TraceContext } from '@lastro/service';
import { readUuid, UUID_SIZE_BYTES, writeUuid } from './uuid.ts';

/** What the client of an operation has said of what a final result always shows: replays are compared (I7). */
export interface Named {
  readonly currency: boolean;
  readonly amount: boolean;
}

/** What `content` names. */
export function namedIn(content: OperationContent): Named {
  return {
    currency: 'currency' in content && content.currency !== undefined,
    amount: 'amount' in content && content.amount !== undefined,
  };
}

/** One operation to be packed into a record. */
export interface RecordEntry {
  /** UUID, lower case. */
  readonly id: string;
  /** In the queue: the SubmittedOperation, as the data service will get it. A stored result: the Operation. */
  readonly json: string;
  readonly named: Named;
  /** In the queue: the span that it goes on from, where it is traced. It is kept beside the record. */
  readonly trace?: TraceContext;
}

const ATOMIC = 1;
const CURRENCY_NAMED = 1;
/** The other way round: a queue that was written before amounts could be left out has none that was. */
const AMOUNT_LEFT_OUT = 2;

/** CRC-32 of all that follows it (32 bits), flags (8), number of operations (32), when it was packed, as milliseconds of the Unix epoch (48). */
const HEADER_SIZE_BYTES = 15;
const CHECKED_FROM = 4;
/** Id (16 bytes), flags (8 bits), where the operation's JSON ends (32 bits, from the start of the body). */
const ENTRY_SIZE_BYTES = UUID_SIZE_BYTES + 5;
const SEPARATOR = ','.charCodeAt(0);

/** A stored record is not what was packed. */
export class DamagedRecordError extends Error {
  override readonly name = 'DamagedRecordError';
}

/**
 * Several operations in one value: a header, an index, and their JSON texts with a comma between each two.
 * So a batch is joined from records, or from parts of them, as bytes, and one operation is found without
 * parsing the rest. The queue's records and the stored results have this form; numbers are big-endian.
 */
export class OperationRecord {
  readonly bytes: Buffer;
  readonly count: number;
  /** All of its operations are one atomic group (I3). */
  readonly atomic: boolean;
  readonly #bodyStart: number;
  #ids: readonly string[] | undefined;

  /**
   * A record as it comes from a disk.
   *
   * @throws DamagedRecordError when a byte of it is another than was written: nothing of it can be believed.
   */
  static read(bytes: Buffer): OperationRecord {
    if (bytes.length < HEADER_SIZE_BYTES || bytes.readUInt32BE(0) !== crc32(bytes.subarray(CHECKED_FROM)))
      throw new DamagedRecordError('a record of operations is damaged');
    return new OperationRecord(bytes);
  }

  /** A record that was just packed; with `ids`, of these operations. */
  constructor(bytes: Buffer, ids?: readonly string[]) {
    this.bytes = bytes;
    this.#ids = ids;
    this.atomic = (bytes[4]! & ATOMIC) !== 0;
    this.count = bytes.readUInt32BE(5);
    this.#bodyStart = HEADER_SIZE_BYTES + this.count * ENTRY_SIZE_BYTES;
    assert(
      this.count > 0 && this.#bodyStart + this.#end(this.count - 1) === bytes.length,
      'a record is whole',
    );
  }

  get packedAtMs(): number {
    return this.bytes.readUIntBE(9, 6);
  }

  /** The ids of all operations, in order. */
  get ids(): readonly string[] {
    return (this.#ids ??= Array.from({ length: this.count }, (_, index) =>
      readUuid(this.bytes, this.#entry(index)),
    ));
  }

  id(index: number): string {
    return this.ids[index]!;
  }

  /** Where the 16 bytes of the id begin. */
  idOffset(index: number): number {
    return this.#entry(index);
  }

  /** The 16 bytes of the id: a view, not a copy. */
  idBytes(index: number): Buffer {
    const start = this.#entry(index);
    return this.bytes.subarray(start, start + UUID_SIZE_BYTES);
  }

  named(index: number): Named {
    const flags = this.bytes[this.#entry(index) + UUID_SIZE_BYTES]!;
    return { currency: (flags & CURRENCY_NAMED) !== 0, amount: (flags & AMOUNT_LEFT_OUT) === 0 };
  }

  json(index: number): string {
    return this.joined(index, index + 1).toString('utf8');
  }

  /** The operations from `start` to `end` (exclusive) as they stand in a JSON array, without its brackets. */
  joined(start: number, end: number): Buffer {
    const from = start === 0 ? 0 : this.#end(start - 1) + 1;
    return this.bytes.subarray(this.#bodyStart + from, this.#bodyStart + this.#end(end - 1));
  }

  #entry(index: number): number {
    return HEADER_SIZE_BYTES + index * ENTRY_SIZE_BYTES;
  }

  #end(index: number): number {
    return this.bytes.readUInt32BE(this.#entry(index) + UUID_SIZE_BYTES + 1);
  }
}

/** Packs operations into one record. `packedAtMs` is the present instant. */
export function packRecord(
  entries: readonly RecordEntry[],
  atomic: boolean,
  packedAtMs: number,
): OperationRecord {
  assert(entries.length > 0, 'a record holds at least one operation');
  const bodyStart = HEADER_SIZE_BYTES + entries.length * ENTRY_SIZE_BYTES;
  let size = bodyStart - 1;
  for (const entry of entries) size += Buffer.byteLength(entry.json) + 1;
  const bytes = Buffer.allocUnsafeSlow(size);
  bytes[4] = atomic ? ATOMIC : 0;
  bytes.writeUInt32BE(entries.length, 5);
  bytes.writeUIntBE(packedAtMs, 9, 6);
  let indexAt = HEADER_SIZE_BYTES;
  let bodyAt = bodyStart;
  for (const { id, json, named } of entries) {
    if (bodyAt > bodyStart) bytes[bodyAt++] = SEPARATOR;
    bodyAt += bytes.write(json, bodyAt, 'utf8');
    writeUuid(id, bytes, indexAt);
    bytes[indexAt + UUID_SIZE_BYTES] =
      (named.currency ? CURRENCY_NAMED : 0) | (named.amount ? 0 : AMOUNT_LEFT_OUT);
    bytes.writeUInt32BE(bodyAt - bodyStart, indexAt + UUID_SIZE_BYTES + 1);
    indexAt += ENTRY_SIZE_BYTES;
  }
  bytes.writeUInt32BE(crc32(bytes.subarray(CHECKED_FROM)), 0);
  return new OperationRecord(
    bytes,
    entries.map(({ id }) => id),
  );
}

/** How large the records may be into which many operations are cut. One operation may be larger by itself. */
export interface RecordLimits {
  readonly operationsMax: number;
  readonly bytesMax: number;
}

/** Cuts operations, in order, into runs that each fit in one record. */
export function cutIntoRuns(entries: readonly RecordEntry[], limits: RecordLimits): RecordEntry[][] {
  const runs: RecordEntry[][] = [];
  let run: RecordEntry[] = [];
  let bytes = 0;
  for (const entry of entries) {
    const size = entry.json.length + ENTRY_SIZE_BYTES;
    if (run.length > 0 && (run.length >= limits.operationsMax || bytes + size > limits.bytesMax)) {
      runs.push(run);
      run = [];
      bytes = 0;
    }
    run.push(entry);
    bytes += size;
  }
  if (run.length > 0) runs.push(run);
  return runs;
}
