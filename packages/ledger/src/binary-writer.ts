const TWO_32 = 2 ** 32;
const INITIAL_SIZE_BYTES = 64 * 1024;

/** Writes big-endian fields one after the other into a buffer that grows as needed. */
export class BinaryWriter {
  #bytes = Buffer.allocUnsafe(INITIAL_SIZE_BYTES);
  #view = viewOf(this.#bytes);
  #length = 0;

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
    this.hex(text.replaceAll('-', ''), 16);
  }

  hex(text: string, sizeBytes: number): void {
    this.#reserve(sizeBytes);
    const written = this.#bytes.write(text, this.#length, sizeBytes, 'hex');
    if (written !== sizeBytes) throw new RangeError(`'${text}' is not ${sizeBytes} bytes in hexadecimal`);
    this.#length += sizeBytes;
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
