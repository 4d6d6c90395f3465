import assert from 'node:assert/strict';

/** Signature, flags and the length of the extension (manual, "COPY", binary format). */
export const COPY_HEADER_BYTES = 19;
const COPY_TRAILER = -1;
const TWO_32 = 2 ** 32;

/**
 * Reads the rows of a binary COPY out of bytes that arrive in pieces: one at a time and in place, without an object
 * for each. Nothing is interpreted, so that what is wrong can be named: a field that is absent is NaN or `undefined`,
 * and a number outside of I10 may be inexact, which is never equal to a right one.
 */
export class RowReader {
  /** Where each field of the row begins, and its size; -1 when it is absent. */
  readonly #starts: Int32Array;
  readonly #sizes: Int32Array;
  #bytes: Buffer = Buffer.alloc(0);
  #first = 0;
  #start = 0;
  #end = 0;
  #headerIsRead = false;

  /** `fieldCount`: of every row. */
  constructor(fieldCount: number) {
    this.#starts = new Int32Array(fieldCount);
    this.#sizes = new Int32Array(fieldCount);
  }

  /** What `start`, `end` and `startOf` are positions in. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  get fieldCount(): number {
    return this.#starts.length;
  }

  /** Where the row begins. */
  get start(): number {
    return this.#start;
  }

  /** Where the row ends. */
  get end(): number {
    return this.#end;
  }

  /** Takes the next piece. All rows of the one before must have been read. */
  feed(piece: Buffer): void {
    const rest = this.#bytes.subarray(this.#end);
    this.#bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    this.#first = 0;
    if (!this.#headerIsRead && this.#bytes.length >= COPY_HEADER_BYTES) {
      this.#first = COPY_HEADER_BYTES;
      this.#headerIsRead = true;
    }
    this.rewind();
  }

  /** Back to before the first row of the piece. */
  rewind(): void {
    this.#end = this.#first;
  }

  /** Moves to the next row; false when the piece ends before the row does. */
  next(): boolean {
    const { length } = this.#bytes;
    let offset = this.#end + 2;
    if (!this.#headerIsRead || offset > length) return false;
    const fieldCount = this.#bytes.readInt16BE(this.#end);
    if (fieldCount === COPY_TRAILER) return false;
    assert.equal(fieldCount, this.#starts.length, 'a row of another table');
    for (let field = 0; field < fieldCount; field += 1) {
      if (offset + 4 > length) return false;
      const size = this.#bytes.readInt32BE(offset);
      offset += 4;
      this.#starts[field] = offset;
      this.#sizes[field] = size;
      if (size > 0) offset += size;
    }
    if (offset > length) return false;
    this.#start = this.#end;
    this.#end = offset;
    return true;
  }

  isAbsent(field: number): boolean {
    return this.#sizes[field]! < 0;
  }

  /** Where the value of a field begins. */
  startOf(field: number): number {
    return this.#starts[field]!;
  }

  /** The value of a field as it stands in the bytes; undefined when it is absent. */
  valueOf(field: number): Buffer | undefined {
    const start = this.#starts[field]!;
    return this.isAbsent(field) ? undefined : this.#bytes.subarray(start, start + this.#sizes[field]!);
  }

  /** A whole number of 64 bits. */
  int64(field: number): number {
    if (this.#sizes[field] !== 8) return NaN;
    const start = this.#starts[field]!;
    return this.#bytes.readInt32BE(start) * TWO_32 + this.#bytes.readUInt32BE(start + 4);
  }

  /** A whole number of 16 bits. */
  int16(field: number): number {
    return this.#sizes[field] === 2 ? this.#bytes.readInt16BE(this.#starts[field]) : NaN;
  }

  /** A UUID as text; empty when it is none. */
  uuid(field: number): string {
    const start = this.#starts[field]!;
    if (this.#sizes[field] !== 16) return '';
    const digits = this.#bytes.toString('hex', start, start + 16);
    return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-${digits.slice(12, 16)}-${digits.slice(16, 20)}-${digits.slice(20)}`;
  }

  text(field: number): string | undefined {
    const start = this.#starts[field]!;
    const size = this.#sizes[field]!;
    return size < 0 ? undefined : this.#bytes.toString('utf8', start, start + size);
  }
}
