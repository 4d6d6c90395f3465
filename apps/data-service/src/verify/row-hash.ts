import { createHash } from 'node:crypto';
import type { RowReader } from './row-reader.ts';

/** SHA-256 over rows as they stand in the bytes that they came in: neighbours are hashed together. */
export class RowHash {
  readonly #hash = createHash('sha256');
  #bytes: Buffer = Buffer.alloc(0);
  #from = 0;
  #to = 0;

  /** Adds the row that the reader stands on. */
  add(row: RowReader): void {
    if (this.#bytes !== row.bytes || this.#to !== row.start) {
      this.#flush();
      this.#bytes = row.bytes;
      this.#from = row.start;
    }
    this.#to = row.end;
  }

  addBytes(bytes: Uint8Array): void {
    this.#flush();
    this.#hash.update(bytes);
  }

  digest(): Buffer {
    this.#flush();
    return this.#hash.digest();
  }

  #flush(): void {
    if (this.#to > this.#from) this.#hash.update(this.#bytes.subarray(this.#from, this.#to));
    this.#from = this.#to = 0;
  }
}

/** A number as 64 bits, big-endian. One that has no place there, which only tampering makes, gives other bits. */
export function int64Bytes(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt.asIntN(64, BigInt(Number.isInteger(value) ? value : -1)));
  return bytes;
}

export function int16Bytes(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

/** The bytes of the row that the reader stands on, with other values in some fields; undefined: none. */
export function rowWith(row: RowReader, values: ReadonlyMap<number, Buffer | undefined>): Buffer {
  const bytes = Buffer.from(row.bytes.subarray(row.start, row.end));
  for (const [field, value] of values) {
    const stored = row.valueOf(field);
    if (stored?.length !== value?.length) return rebuiltRow(row, values);
    value?.copy(bytes, row.startOf(field) - row.start);
  }
  return bytes;
}

/** The same for values of any size. */
function rebuiltRow(row: RowReader, values: ReadonlyMap<number, Buffer | undefined>): Buffer {
  const parts = [row.bytes.subarray(row.start, row.start + 2)];
  for (let field = 0; field < row.fieldCount; field += 1) {
    const value = values.has(field) ? values.get(field) : row.valueOf(field);
    const size = Buffer.alloc(4);
    size.writeInt32BE(value?.length ?? -1);
    parts.push(size);
    if (value !== undefined) parts.push(value);
  }
  return Buffer.concat(parts);
}
