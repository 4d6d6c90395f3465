const TWO_32 = 2 ** 32;
const INITIAL_SIZE_BYTES = 64 * 1024;
const DASH = 45;

/** Value of a hexadecimal digit by its character code; NaN for what is none. */
const HEX_DIGITS: readonly number[] = Array.from({ length: 128 }, (_, code) =>
  Number.parseInt(String.fromCharCode(code), 16),
);

/** Writes big-endian fields one after the other into a buffer that grows as needed. */
export class BinaryWriter {
  #bytes: Buffer;
  #view: DataView;
  #length = 0;

  /** `sizeBytes`: as much as will be written, if that is known. */
  constructor(sizeBytes = INITIAL_SIZE_BYTES) {
    this.#bytes = Buffer.allocUnsafe(sizeBytes);
    this.#view = viewOf(this.#bytes);
  }

  get length(): number {
    return this.#length;
  }

  int16(value: number): void {
    this.#reserve(2);
    this.#view.setInt16(this.#length, value);
    this.#length += 2;
  }

  int32(value: number): void {
    this.#reserve(4);
    this.#view.setInt32(this.#length, value);
    this.#length += 4;
  }

  /** A safe integer as 64 bits, two's complement; without BigInt, which costs an allocation each. */
  int64(value: number): void {
    this.#reserve(8);
    const high = Math.floor(value / TWO_32);
    this.#view.setInt32(this.#length, high);
    this.#view.setUint32(this.#length + 4, value - high * TWO_32);
    this.#length += 8;
  }

  /** The 16 bytes of a UUID given as text. */
  uuid(text: string): void {
    this.#reserve(16);
    const bytes = this.#bytes;
    let at = this.#length;
    // Digit by digit, without the copies that removing the dashes would make: every operation passes here.
    for (let index = 0; index < 36; index += 2) {
      if (text.charCodeAt(index) === DASH) index += 1;
      const digits = HEX_DIGITS[text.charCodeAt(index)]! * 16 + HEX_DIGITS[text.charCodeAt(index + 1)]!;
      if (!(digits >= 0)) throw new RangeError(`'${text}' is not a UUID`);
      bytes[at++] = digits;
    }
    if (at !== this.#length + 16 || text.length !== 36) throw new RangeError(`'${text}' is not a UUID`);
    this.#length = at;
  }

  /** Text in UTF-8 after its length in bytes, as 32 bits. */
  sizedText(text: string): void {
    const sizeBytesMax = text.length * 3;
    this.#reserve(4 + sizeBytesMax);
    const sizeBytes = this.#bytes.write(text, this.#length + 4, sizeBytesMax, 'utf8');
    this.#view.setInt32(this.#length, sizeBytes);
    this.#length += 4 + sizeBytes;
  }

  bytes(source: Uint8Array): void {
    this.#reserve(source.length);
    this.#bytes.set(source, this.#length);
    this.#length += source.length;
  }

  /** What has been written; valid until the next write. */
  written(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  #reserve(sizeBytes: number): void {
    const needed = this.#length + sizeBytes;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
    this.#view = viewOf(grown);
  }
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
