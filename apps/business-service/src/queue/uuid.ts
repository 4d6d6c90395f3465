import assert from 'node:assert/strict';

export const UUID_SIZE_BYTES = 16;

const NIBBLES = new Int8Array(256).fill(-1);
for (let value = 0; value < 16; value += 1) NIBBLES[value.toString(16).charCodeAt(0)] = value;

/** Writes a UUID in lower case as its 16 bytes, and returns `target`. */
export function writeUuid(uuid: string, target: Buffer, offset: number): Buffer {
  assert(uuid.length === 36, 'a UUID is validated before it reaches the queue');
  let read = 0;
  let seen = 0;
  for (let index = 0; index < UUID_SIZE_BYTES; index += 1) {
    if (uuid.charCodeAt(read) === 45) read += 1;
    const high = NIBBLES[uuid.charCodeAt(read)] ?? -1;
    const low = NIBBLES[uuid.charCodeAt(read + 1)] ?? -1;
    seen |= high | low;
    target[offset + index] = (high << 4) | low;
    read += 2;
  }
  assert(seen >= 0 && read === 36, 'a UUID is lower-case hexadecimal before it reaches the queue');
  return target;
}

/** The 16 bytes of a UUID in lower case. */
export function uuidBytes(uuid: string): Buffer {
  return writeUuid(uuid, Buffer.allocUnsafe(UUID_SIZE_BYTES), 0);
}

/** Reads a UUID, in lower case, from its 16 bytes. */
export function readUuid(source: Buffer, offset: number): string {
  const hex = source.toString('hex', offset, offset + UUID_SIZE_BYTES);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
