import { randomFillSync } from 'node:crypto';
import { UUID_SIZE_BYTES } from '../uuid.ts';

/** 32 bits of the id that begins at `offset` in `bytes`. */
export type IdHash = (bytes: Uint8Array, offset: number) => number;

const BYTE_VALUES = 256;

/**
 * A hash that nobody outside of this process can foresee: clients choose ids, and must not be able to choose such as fall
 * into one place. For each byte of the id a random number stands in a table, and they are added without carry (tabulation
 * hashing): with it, a table with linear probing is as quick as with true chance, whatever the ids are.
 */
export function randomIdHash(): IdHash {
  const table = randomFillSync(new Uint32Array(UUID_SIZE_BYTES * BYTE_VALUES));
  return (bytes, offset) => {
    let hash = 0;
    for (let index = 0; index < UUID_SIZE_BYTES; index += 1) {
      hash ^= table[index * BYTE_VALUES + bytes[offset + index]!]!;
    }
    return hash >>> 0;
  };
}
