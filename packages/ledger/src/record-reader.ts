import assert from 'node:assert/strict';
import { instantOf, RECORD_FIELDS } from './record.ts';

/** A record as it is stored, field by field: nothing is interpreted, so that what is wrong can be named. */
export interface LedgerRecord {
  readonly sequence: number;
  /** 32 hexadecimal digits, without dashes. */
  readonly idHex: string;
  readonly batch: number;
  readonly typeNumber: number;
  readonly reasonNumber: number | undefined;
  readonly amount: number | undefined;
  readonly debit: RecordedEntry | undefined;
  readonly credit: RecordedEntry | undefined;
  readonly acceptedAt: string;
  readonly acceptedBy: string;
  readonly details: string | undefined;
}

export interface RecordedEntry {
  readonly accountNumber: number;
  readonly entry: number;
  readonly previousSequence: number;
  readonly balance: number;
}

/** Reads canonical records (see `writeRecord`) one after the other out of bytes that arrive in pieces. */
export class RecordReader {
  readonly #bytes: Buffer;
  #offset = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Where the next record begins. */
  get offset(): number {
    return this.#offset;
  }

  /** The next record, or `undefined` when the bytes end before it does; then `offset` stays where it was. */
  next(): LedgerRecord | undefined {
    const end = this.#endOfRecord();
    if (end === undefined) return undefined;
    this.#offset += 2;
    return {
      sequence: required(this.#int64()),
      idHex: this.#raw()?.toString('hex') ?? '',
      batch: required(this.#int64()),
      typeNumber: required(this.#int16()),
      reasonNumber: this.#int16(),
      amount: this.#int64(),
      debit: this.#entry(),
      credit: this.#entry(),
      acceptedAt: instantOf(required(this.#int64())),
      acceptedBy: this.#raw()?.toString('utf8') ?? '',
      details: this.#raw()?.toString('utf8'),
    };
  }

  #endOfRecord(): number | undefined {
    const { length } = this.#bytes;
    let offset = this.#offset + 2;
    if (offset > length) return undefined;
    assert.equal(this.#bytes.readInt16BE(this.#offset), RECORD_FIELDS.length, 'a record of another version');
    for (let field = 0; field < RECORD_FIELDS.length; field += 1) {
      if (offset + 4 > length) return undefined;
      offset += 4 + Math.max(0, this.#bytes.readInt32BE(offset));
    }
    return offset > length ? undefined : offset;
  }

  #raw(): Buffer | undefined {
    const sizeBytes = this.#bytes.readInt32BE(this.#offset);
    this.#offset += 4;
    if (sizeBytes < 0) return undefined;
    return this.#bytes.subarray(this.#offset, (this.#offset += sizeBytes));
  }

  #int16(): number | undefined {
    const start = this.#offset + 4;
    return this.#skip() ? this.#bytes.readInt16BE(start) : undefined;
  }

  /** May be inexact when somebody has written a value outside of I10; such a value is never equal to a right one. */
  #int64(): number | undefined {
    const start = this.#offset + 4;
    return this.#skip()
      ? this.#bytes.readInt32BE(start) * 2 ** 32 + this.#bytes.readUInt32BE(start + 4)
      : undefined;
  }

  #entry(): RecordedEntry | undefined {
    const accountNumber = this.#int64();
    const entry = this.#int64();
    const previousSequence = this.#int64();
    const balance = this.#int64();
    if (accountNumber === undefined) return undefined;
    // A hole where a number belongs is no number at all: it compares unequal with every right one.
    return {
      accountNumber,
      entry: entry ?? NaN,
      previousSequence: previousSequence ?? NaN,
      balance: balance ?? NaN,
    };
  }

  #skip(): boolean {
    const sizeBytes = this.#bytes.readInt32BE(this.#offset);
    this.#offset += 4 + Math.max(0, sizeBytes);
    return sizeBytes >= 0;
  }
}

function required(value: number | undefined): number {
  return value ?? NaN;
}
